"""What runs beside the pages: engines, turns at the network, routes, the log."""
