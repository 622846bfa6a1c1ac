"""``python -m devise_core``."""

import sys

from devise_core.cli import main

sys.exit(main())
