"""The page *Results*."""
