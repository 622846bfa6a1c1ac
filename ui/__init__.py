"""What the pages share."""

import os

# Before NumPy is there: many visitors ask small questions at once, and threads of one BLAS call would wait for those of another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
