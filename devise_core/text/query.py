"""A query after parsing: its vector, how it was read, and its clauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from devise_core.datatypes import Reading
from devise_core.text.query_parser import Clause
from devise_core.vectors import Floats


@dataclass(frozen=True, eq=False)
class PlacedClause:
    """A clause of a query with its place in the embedding space.

    Attributes:
        clause: The clause as it was parsed.
        vector: Its unit vector ``(d,)``, or None if no word of it is known.
        terms: What the clause was read as, with shares that add up to 1.
        known: Its known words with their rows in the word store.
        unknown: Its unknown words.
        read_as: Words that are known in another form only, with that form.
    """

    clause: Clause
    vector: Floats | None
    terms: Sequence[tuple[str, float]] = ()
    known: Sequence[tuple[str, int]] = ()
    unknown: Sequence[str] = ()
    read_as: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Query:
    """A query that was parsed once, for every question about it.

    Attributes:
        vector: Its unit vector ``float32 (d,)`` in the embedding space.
        reading: How it was read: terms, weights and the words left out.
        clauses: Its clauses with their vectors.
    """

    vector: Floats
    reading: Reading
    clauses: tuple[PlacedClause, ...] = ()

    @property
    def text(self) -> str:
        """The query as it was typed."""
        return self.reading.text
