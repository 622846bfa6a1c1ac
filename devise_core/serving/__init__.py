"""What every server of the engine shares: the open collections, the queue of the model, limits, metrics and the log."""
