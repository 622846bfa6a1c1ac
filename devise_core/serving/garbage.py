"""Hide what stays in memory from the garbage collector.

Streamlit collects garbage after each run of a page. With the vocabulary in the collector's view that took longer than the search,
and with the model in its view a search took eight times as long.
"""

from __future__ import annotations

import gc


def freeze_memory() -> None:
    """Collect garbage, also of a model that has been replaced, and hide the rest from the collector."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
