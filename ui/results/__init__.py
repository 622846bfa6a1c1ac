"""The sections of the page *Results*."""
