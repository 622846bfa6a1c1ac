"""Make a collection with the processes and machines of a Ray cluster."""
