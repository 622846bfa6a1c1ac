"""What the pages share."""

import os

# Set before NumPy is imported. Many visitors send small requests at once, and the threads of one BLAS call would delay the others.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
