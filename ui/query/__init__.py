"""A text query and its results."""
