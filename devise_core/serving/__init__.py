"""What the app and the API server share: the open collections, the queue for the model, limits, metrics and the log."""
