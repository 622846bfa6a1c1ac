"""A picture of the visitor's own, or many."""
