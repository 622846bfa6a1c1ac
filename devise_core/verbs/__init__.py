"""The verbs of the engine, which are its methods, grouped by subject."""
