"""Training: a head's start, its loss, and the steps between."""
