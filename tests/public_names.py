"""The names that the reference describes: each has a page, an example and types."""

from __future__ import annotations

import inspect
from typing import Any

import devise_core
from devise_core import Engine, errors
from devise_core.client import ApiError, SemblanceClient
from devise_core.collections.base import Collection
from devise_core.collections.contract import Store, StoreWriter
from devise_core.search.conditions import Condition
from devise_core.search.index import Index
from devise_core.search.ranking import Ranking
from devise_core.text.text_encoder import TextEncoder
from devise_core.text.vocabulary import Vocabulary
from devise_core.vision.image_encoder import ImageEncoder

PUBLIC: list[Any] = [getattr(devise_core, name) for name in devise_core.__all__]
BASES: list[Any] = [TextEncoder, Vocabulary, ImageEncoder, Index, Collection, Store, StoreWriter]
SEARCHES: list[Any] = [Condition, Ranking]
CONDITIONS: list[Any] = Condition.__subclasses__()
CLIENT: list[Any] = [SemblanceClient, ApiError]
ERRORS: list[Any] = [each for each in vars(errors).values() if inspect.isclass(each) and issubclass(each, Exception)]
VERBS = [verb for name, verb in inspect.getmembers(Engine, inspect.isfunction) if not name.startswith("_")]
