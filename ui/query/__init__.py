"""What was asked in words, and its answer."""
