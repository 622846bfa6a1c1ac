"""The photographs used to train and measure: how each set lies on disk, and which part of it is for what."""
