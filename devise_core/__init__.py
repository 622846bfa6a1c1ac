"""Semantic image search with DeViSE: images and words in one embedding space.

``load_engine`` opens a model over a collection of images. All operations are methods of ``Engine``.

Example:
    >>> from devise_core import load_engine
    >>> engine = load_engine(collection="photos")
    >>> engine.search_text("castle", k=1)[0].name
    'castle'
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devise_core.datatypes import Hit, WordHit
    from devise_core.engine import Engine, load_engine
    from devise_core.errors import DeviseError
    from devise_core.hits import Hits, WordHits
    from devise_core.verbs.embedder import ImageEmbedder

__version__ = "0.2.0"
__all__ = ["DeviseError", "Engine", "Hit", "Hits", "ImageEmbedder", "WordHit", "WordHits", "load_engine"]
if not TYPE_CHECKING and find_spec("sklearn") is None:  # ``from devise_core import *`` works without the extra "images"
    __all__.remove("ImageEmbedder")
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
    from devise_core.errors import extras_needed

    with extras_needed():
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
