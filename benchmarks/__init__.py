"""Measurements of speed, memory and robustness, most of them compared with a target or an alternative."""
