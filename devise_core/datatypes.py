"""What goes in and comes out of the engine: small frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Item:
    """One picture of a collection, as its ``items.csv`` describes it. ``file`` is relative to the collection."""

    id: str
    file: str
    labels: tuple[str, ...] = ()
    category: str = ""
    caption: str = ""
    author: str = ""
    licence: str = ""
    source: str = ""


@dataclass(frozen=True)
class Hit:
    """A picture found. ``cosine`` is the similarity of unit vectors, from -1 to 1."""

    id: str
    path: Path
    labels: tuple[str, ...]
    category: str
    caption: str
    cosine: float
    author: str = ""
    licence: str = ""
    source: str = ""

    @classmethod
    def of(cls, item: Item, folder: Path, cosine: float) -> Hit:
        return cls(item.id, folder / item.file, item.labels, item.category, item.caption, cosine,
                   item.author, item.licence, item.source)

    @property
    def name(self) -> str:
        """What to call the picture: its first label, else its id."""
        return self.labels[0] if self.labels else self.id

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**self.__dict__, "path": str(self.path), "labels": list(self.labels),
                "cosine": round(self.cosine, 6)}


@dataclass(frozen=True)
class WordHit:
    """A word found. ``cosine`` is the similarity of unit vectors, from -1 to 1."""

    word: str
    cosine: float

    def as_dict(self) -> dict[str, Any]:
        return {"word": self.word, "cosine": round(self.cosine, 6)}


@dataclass(frozen=True)
class Term:
    """One word of a query as it was read: its weight in the sum (the weights of a query add up to 1)."""

    word: str
    weight: float


@dataclass(frozen=True)
class Reading:
    """How a query was read: the words used, and the unknown ones left out with their nearest spellings."""

    text: str
    terms: tuple[Term, ...]
    left_out: dict[str, list[str]]
