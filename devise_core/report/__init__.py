"""The report: one HTML file with its images, which opens from a disk and needs no scripts."""
