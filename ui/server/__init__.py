"""What runs beside the pages: engines, the model's queue, routes, limits and the log."""
