"""The modes of the page *Words*."""
