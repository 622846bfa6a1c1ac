"""What goes in and comes out of the engine: small frozen records."""

from __future__ import annotations

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
        """What to call the picture: its first label, else its caption, else its id."""
        return self.labels[0] if self.labels else self.caption or self.id


@dataclass(frozen=True)
class Hit:
    """A picture found, in the file ``path`` if in any. ``cosine`` is the similarity of unit vectors, from -1 to 1."""

    id: str
    path: Path | None
    labels: tuple[str, ...]
    category: str
    caption: str
    cosine: float
    author: str = ""
    licence: str = ""
    source: str = ""

    @classmethod
    def of(cls, item: Item, path: Path | None, cosine: float) -> Hit:
        return cls(item.id, path, item.labels, item.category, item.caption, cosine, item.author, item.licence, item.source)

    @property
    def name(self) -> str:
        """As of its ``Item``."""
        return self.labels[0] if self.labels else self.caption or self.id

    @property
    def original(self) -> Path | None:
        """The file of this machine that the picture was indexed from, if it was."""
        source = Path(self.source)
        return source if source.is_absolute() else None

    @property
    def origin(self) -> str:
        """``source`` for anyone to see: of a file of this machine its name alone."""
        return self.original.name if self.original else self.source

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **self.__dict__,
            "path": str(self.path) if self.path else None,
            "labels": list(self.labels),
            "cosine": round(self.cosine, 6),
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
