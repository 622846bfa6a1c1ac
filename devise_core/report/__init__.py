"""The report: one HTML file that contains its images, can be opened from a disk, and has no scripts."""
