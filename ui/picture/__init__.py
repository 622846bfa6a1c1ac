"""Pictures that a visitor brings: one to search with, or many to search in."""
