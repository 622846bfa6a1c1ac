"""What every collection offers: images, what is known of them, and their vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from devise_core.collections.projection import Projections
from devise_core.datatypes import Hit, Item
from devise_core.errors import CollectionError
from devise_core.search.index import Index
from devise_core.vectors import Floats


class Collection(ABC):
    """Pictures that can be searched. Items, embeddings ``(n, d)`` and features ``(n, f)`` share their order."""

    def __init__(self, name: str, items: Sequence[Item]) -> None:
        self.name, self.items = name, list(items)

    @property
    @abstractmethod
    def version(self) -> str:
        """Another one once the collection was made again: for the keys of caches and the addresses of pictures."""

    @property
    @abstractmethod
    def embeddings(self) -> Floats: ...

    @property
    @abstractmethod
    def features(self) -> Floats: ...

    @property
    @abstractmethod
    def embedding_index(self) -> Index:
        """Over meaning."""

    @property
    @abstractmethod
    def feature_index(self) -> Index:
        """Over looks."""

    @property
    @abstractmethod
    def projections(self) -> Projections:
        """Its maps. Raises ``CollectionError`` for a collection made before there were such."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What was noted about the collection when it was written; empty for one that is in no file."""
        return {}

    def verify(self) -> None:  # noqa: B027  what is in no file cannot be damaged
        """Check now what every search reads. Raises ``ArtifactError``, which names the file."""

    @abstractmethod
    def picture(self, row: int) -> Path | bytes:
        """The file of a picture, or its bytes where it is in no file."""

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._rows

    def row(self, item_id: str) -> int:
        """Raises ``CollectionError`` for an id that is not in the collection."""
        try:
            return self._rows[item_id]
        except KeyError as error:
            raise CollectionError(
                f"The collection {self.name} has no picture “{item_id}”: choose one of its own, or another collection."
            ) from error

    def hit(self, row: int, cosine: float) -> Hit:
        """Return the image at ``row`` as the result of a search."""
        picture = self.picture(row)
        return Hit(self.items[row], row, picture if isinstance(picture, Path) else None, cosine)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {item.id: row for row, item in enumerate(self.items)}


class EmptyCollection(Collection):
    """Of a model that no pictures were indexed with yet: it names pictures and compares words, and a search says what to do."""

    def __init__(self) -> None:
        super().__init__("none", [])

    def _lacking(self) -> NoReturn:
        raise CollectionError(
            "This model has no collection yet: make one with `python -m devise_core index FOLDER --name NAME "
            "--artifacts` and the model's folder."
        )

    version = embeddings = features = embedding_index = feature_index = projections = property(_lacking)

    def picture(self, row: int) -> Path:  # noqa: ARG002  as the others
        self._lacking()
