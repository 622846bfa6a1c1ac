"""The collection of a model without collections."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from devise_core.collections.base import Collection
from devise_core.errors import NoCollectionError


class EmptyCollection(Collection):
    """The collection of a model without collections.

    The model can still label images and compare words. A search raises ``NoCollectionError``, which says what to do.
    """

    def __init__(self) -> None:
        super().__init__("none", [])

    def _raise(self) -> NoReturn:
        raise NoCollectionError

    version = ""
    embeddings = features = embedding_index = feature_index = projections = property(_raise)

    def row(self, item_id: str) -> int:  # noqa: ARG002
        """Raise ``NoCollectionError``, since there is no image with any id."""
        self._raise()

    def picture(self, row: int) -> Path:  # noqa: ARG002  the contract's signature
        """Raise ``NoCollectionError``, since there is no image at any row."""
        self._raise()
