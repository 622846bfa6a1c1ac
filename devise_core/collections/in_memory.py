"""A visitor's own pictures as a collection that is in no file: it lives as long as the object does."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from devise_core.collections.base import Collection
from devise_core.collections.projection import Projections, project
from devise_core.datatypes import Item
from devise_core.search.exact_index import ExactIndex
from devise_core.search.index import Index
from devise_core.vectors import Floats


@dataclass(frozen=True)
class Photo:
    """A picture with ``features`` ``(f,)``, unit ``embedding`` ``(d,)`` and WebP ``thumbnail``; ``key``: the file's SHA-256."""

    item: Item
    key: str
    thumbnail: bytes
    features: Floats
    embedding: Floats

    @property
    def bytes(self) -> int:
        return len(self.thumbnail) + self.features.nbytes + self.embedding.nbytes


class InMemoryCollection(Collection):
    """``photos`` in memory; exact indexes, and their principal components as the map."""

    def __init__(self, name: str, photos: Sequence[Photo]) -> None:
        super().__init__(name, [photo.item for photo in photos])
        self.photos = list(photos)
        self._version = secrets.token_hex(8)  # two visitors' albums bear one name

    @property
    def version(self) -> str:
        return self._version

    @cached_property
    def embeddings(self) -> Floats:
        return np.stack([photo.embedding for photo in self.photos])

    @cached_property
    def features(self) -> Floats:
        return np.stack([photo.features for photo in self.photos])

    @cached_property
    def embedding_index(self) -> Index:
        return ExactIndex(self.embeddings)

    @cached_property
    def feature_index(self) -> Index:
        return ExactIndex(self.features)

    @cached_property
    def projections(self) -> Projections:
        return project(self.embeddings, ways=("pca",))

    def picture(self, row: int) -> bytes:
        return self.photos[row].thumbnail
