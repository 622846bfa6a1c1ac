"""The page *Home*: results while a visitor types, and a small map of the collection."""
