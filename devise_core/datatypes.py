"""What goes in and comes out of the engine: small frozen records."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Kind = Literal["words", "picture"]
"""What a term of a query is."""


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

    @property
    def name(self) -> str:
        """The first label, or the caption, or the id."""
        return self.labels[0] if self.labels else self.caption or self.id

    @property
    def original(self) -> Path | None:
        """The file on this machine that the image was indexed from, if there is one."""
        source = Path(self.source)
        return source if source.is_absolute() else None

    @property
    def origin(self) -> str:
        """``source`` as anyone may see it: of a file on this machine only its name."""
        return self.original.name if self.original else self.source


@dataclass(frozen=True)
class Hit:
    """An image that a search returned.

    Attributes:
        item: The image as its collection describes it. Its fields are attributes of the hit too, as in ``hit.labels``.
        row: Its row in the collection.
        path: Its file, or None if it is in no file.
        cosine: The cosine similarity with the query, from -1 to 1.
        score: What the hits are ordered by. Equal to ``cosine`` unless given.
    """

    item: Item
    row: int
    path: Path | None
    cosine: float
    score: float = math.nan

    def __post_init__(self) -> None:
        if math.isnan(self.score):
            object.__setattr__(self, "score", self.cosine)

    @property
    def id(self) -> str:
        return self.item.id

    @property
    def labels(self) -> tuple[str, ...]:
        return self.item.labels

    @property
    def category(self) -> str:
        return self.item.category

    @property
    def caption(self) -> str:
        return self.item.caption

    @property
    def author(self) -> str:
        return self.item.author

    @property
    def licence(self) -> str:
        return self.item.licence

    @property
    def source(self) -> str:
        return self.item.source

    @property
    def name(self) -> str:
        return self.item.name

    @property
    def original(self) -> Path | None:
        return self.item.original

    @property
    def origin(self) -> str:
        return self.item.origin

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "id": self.id,
            "path": str(self.path) if self.path else None,
            "labels": list(self.labels),
            "category": self.category,
            "caption": self.caption,
            "cosine": round(self.cosine, 6),
            "author": self.author,
            "licence": self.licence,
            "source": self.source,
        }


@dataclass(frozen=True)
class WordHit:
    """A word found. ``cosine`` is the similarity of unit vectors, from -1 to 1."""

    word: str
    cosine: float

    def as_dict(self) -> dict[str, Any]:
        return {"word": self.word, "cosine": round(self.cosine, 6)}


@dataclass(frozen=True)
class Term:
    """A word of a query as it was read, or a picture of it by its id.

    ``weight``: its signed share in the sum; the shares' absolute values add up to 1. ``start`` and ``end``: the characters of
    the query's clause it belongs to.
    """

    word: str
    weight: float
    kind: Kind = "words"
    start: int = 0
    end: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {**self.__dict__, "weight": round(self.weight, 6)}


@dataclass(frozen=True)
class Reading:
    """How a query was read: the terms used, and the unknown words left out with their nearest spellings.

    ``read_as``: words that were known in another form only, each with that form, as "snow leopard" for "snowleopard".
    """

    text: str
    terms: tuple[Term, ...]
    left_out: dict[str, list[str]]
    read_as: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"terms": [term.as_dict() for term in self.terms], "read_as": self.read_as, "left_out": self.left_out}
