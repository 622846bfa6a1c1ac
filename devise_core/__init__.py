"""Semantic image search with DeViSE: pictures and words in one space."""

from devise_core.datatypes import Hit, WordHit
from devise_core.engine import Engine, load_engine
from devise_core.errors import DeviseError

__all__ = ["DeviseError", "Engine", "Hit", "WordHit", "load_engine"]
