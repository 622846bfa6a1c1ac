"""The plays of the page *Words*."""
