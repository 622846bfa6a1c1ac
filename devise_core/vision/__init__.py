"""Read images, and turn them into vectors with a Keras model."""
