"""The report: one HTML file with everything in it, which opens from a disk with scripts off."""
