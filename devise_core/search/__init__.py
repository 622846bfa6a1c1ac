"""Indexes, rankings and filters over the vectors of a collection."""
