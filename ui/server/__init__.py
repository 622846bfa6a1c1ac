"""Server code that the pages share: engines, the queue for the model, routes, limits and the log."""
