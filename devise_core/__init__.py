"""Semantic image search with DeViSE: images and words in one embedding space."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devise_core.datatypes import Hit, WordHit
    from devise_core.engine import Engine, load_engine
    from devise_core.errors import DeviseError
    from devise_core.hits import Hits, WordHits
    from devise_core.verbs.embedder import ImageEmbedder

__version__ = "0.2.0"
__all__ = ["DeviseError", "Engine", "Hit", "Hits", "ImageEmbedder", "WordHit", "WordHits", "load_engine"]
_MODULES = {
    "DeviseError": "errors",
    "Engine": "engine",
    "Hit": "datatypes",
    "Hits": "hits",
    "ImageEmbedder": "verbs.embedder",
    "WordHit": "datatypes",
    "WordHits": "hits",
    "load_engine": "engine",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used, so that the errors and the settings load without NumPy."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
