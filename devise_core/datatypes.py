"""The records that the engine takes and returns."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Kind = Literal["words", "picture"]
"""Whether a term of a query is words or an image."""


@dataclass(frozen=True)
class Item:
    """One image of a collection, as its ``items.csv`` describes it.

    Attributes:
        id: Unique within the collection.
        file: The file, relative to the collection's folder.
        labels: What the image shows, the best label first.
        category: A path of categories, such as "animals/birds".
        caption: What the image shows, in a sentence.
        author: Who made the image.
        licence: The terms that the image is used under.
        source: Where the image came from: a URL, or the path of a file on this machine.
        focus: The point that a crop should keep, as fractions of width and height.
        indexed_file: The path on this machine of the file that was indexed, if ``source`` is something else.
        taken: When the photo was taken, by the clock of its camera, such as "2019-05-03T14:22:05". Empty if that is not known.
    """

    id: str
    file: str
    labels: tuple[str, ...] = ()
    category: str = ""
    caption: str = ""
    author: str = ""
    licence: str = ""
    source: str = ""
    focus: tuple[float, float] = (0.5, 0.5)
    indexed_file: str = ""
    taken: str = ""

    @property
    def name(self) -> str:
        """The first label, or the caption, or the id."""
        return self.labels[0] if self.labels else self.caption or self.id

    @property
    def original(self) -> Path | None:
        """The file on this machine that the image was indexed from, or None."""
        file = Path(self.indexed_file or self.source)
        return file if file.is_absolute() else None

    @property
    def origin(self) -> str:
        """The source without folders of this machine. If the source is a path, this is only the name of the file."""
        source = Path(self.source)
        return source.name if source.is_absolute() else self.source


@dataclass(frozen=True)
class Hit:
    """An image that a search returned.

    Attributes:
        item: The image as its collection describes it. Its fields are attributes of the hit too, as in ``hit.labels``.
        row: The row of the image in the collection.
        path: The file of the image, or None if the collection has no file of it.
        cosine: The cosine similarity with the query, from -1 to 1.
        score: The number that orders the hits. Equal to ``cosine`` unless given.

    Example:
        >>> hit = engine.search_text("violin", k=1)[0]
        >>> hit.name, hit.id, hit.path.suffix
        ('violin', 'violin', '.webp')
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
        """The item's id."""
        return self.item.id

    @property
    def labels(self) -> tuple[str, ...]:
        """The item's labels."""
        return self.item.labels

    @property
    def category(self) -> str:
        """The item's category."""
        return self.item.category

    @property
    def caption(self) -> str:
        """The item's caption."""
        return self.item.caption

    @property
    def author(self) -> str:
        """The item's author."""
        return self.item.author

    @property
    def licence(self) -> str:
        """The item's licence."""
        return self.item.licence

    @property
    def source(self) -> str:
        """The item's source."""
        return self.item.source

    @property
    def taken(self) -> str:
        """When the item was taken."""
        return self.item.taken

    @property
    def name(self) -> str:
        """The item's name."""
        return self.item.name

    @property
    def original(self) -> Path | None:
        """The item's original file."""
        return self.item.original

    @property
    def origin(self) -> str:
        """The item's origin."""
        return self.item.origin

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON.

        ``thumbnail`` is the file in the collection, or None if the collection has no file of the image. ``path`` is the file that
        was indexed, if it is on this machine, and otherwise the same as ``thumbnail``.
        """
        thumbnail = str(self.path) if self.path else None
        path = str(self.original) if self.original else thumbnail
        shown = {"labels": list(self.labels), "category": self.category, "caption": self.caption}
        numbers = {"cosine": round(self.cosine, 6), "score": round(self.score, 6)}
        origin = {name: getattr(self.item, name) for name in ("author", "licence", "source", "taken")}
        return {"id": self.id, "path": path, "thumbnail": thumbnail, **shown, **numbers, **origin}


@dataclass(frozen=True)
class WordHit:
    """A word that a search returned.

    Attributes:
        word: The word, or a noun of several words.
        cosine: The cosine similarity with the query, from -1 to 1.
        score: The number that orders the hits. Equal to ``cosine`` unless given.

    Example:
        >>> hit = engine.similar_words("violin", k=1)[0]
        >>> hit.word, round(hit.cosine, 1)
        ('cello', 0.9)
    """

    word: str
    cosine: float
    score: float = math.nan

    def __post_init__(self) -> None:
        if math.isnan(self.score):
            object.__setattr__(self, "score", self.cosine)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {"word": self.word, "cosine": round(self.cosine, 6), "score": round(self.score, 6)}


@dataclass(frozen=True)
class Term:
    """One word or image of a query.

    Attributes:
        word: The word as it was read, or the image's id.
        weight: The signed share of the term in the query's sum of vectors. The absolute values of all shares add up to 1.
        kind: Whether it is a word or an image.
        start: The offset in the query, in characters, at which the clause with the term starts (``query_parser``).
        end: The offset at which the clause ends.
    """

    word: str
    weight: float
    kind: Kind = "words"
    start: int = 0
    end: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {**self.__dict__, "weight": round(self.weight, 6)}


@dataclass(frozen=True)
class Correction:
    """What a foreign or misspelled word of a query was read as.

    Attributes:
        form: The English word.
        language: The language of the word, such as "German", or "" for a misspelled word.
    """

    form: str
    language: str = ""


@dataclass(frozen=True)
class Reading:
    """How a query was read.

    Attributes:
        text: The query.
        terms: The words and images whose vectors are added up.
        left_out: The unknown words, each with its nearest spellings.
        read_as: Words that are known only in another form, each with that form: "snow leopard" for "snowleopard".
        corrected: Foreign and misspelled words, each with what it was read as: "dog" for "hund".
        dropped: Words around what is searched for, such as "a photo of". The query is read without them.
    """

    text: str
    terms: tuple[Term, ...]
    left_out: dict[str, list[str]]
    read_as: dict[str, str] = field(default_factory=dict)
    corrected: dict[str, Correction] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "terms": [term.as_dict() for term in self.terms],
            "read_as": self.read_as | {word: correction.form for word, correction in self.corrected.items()},
            "left_out": self.left_out,
            "dropped": list(self.dropped),
        }
