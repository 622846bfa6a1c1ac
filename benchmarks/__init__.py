"""Measurements of speed, memory and robustness, each against what it claims to beat."""
