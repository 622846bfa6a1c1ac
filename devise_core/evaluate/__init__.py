"""Evaluation: retrieval metrics, the methods to compare, and the data sets and splits they are measured on."""
