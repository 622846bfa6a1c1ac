"""Measuring: metrics computed from scores, and the sets and splits they are reported on."""
