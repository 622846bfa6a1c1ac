"""Image data sets for training and evaluation: where to download them, how to read them, and how to split them."""
