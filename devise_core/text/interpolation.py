"""The way from one word to another: steps on the great circle between them, each with what is nearest to it."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.datatypes import WordHit
from devise_core.errors import QueryError, UnknownWordError
from devise_core.text.text_encoder import FAMILIAR, WordVectorEncoder
from devise_core.vectors import Floats, Rows

MAX_STEPS = 20
_POOL = 150
"""Of so many words nearest to a step, one or more is a noun that was not passed before."""
Search = Callable[[Floats, int], tuple[Rows, Floats]]
"""A unit vector ``(d,)`` and how many → rows and cosines, largest first: the ``search`` of an index."""
_SAME, _OPPOSITE = 1 - 1e-5, -1 + 1e-5


@dataclass(frozen=True)
class Waypoint:
    """A place between two words: ``share`` of the angle from 0 to 1, the ``word`` nearest to it, and the unit ``vector`` ``(d,)``
    of that place in the space of pictures."""

    share: float
    word: WordHit
    vector: Floats


def way(text: WordVectorEncoder, start: str, end: str, steps: int) -> list[Waypoint]:
    """From ``start`` to ``end`` with ``steps`` places between, each with the nearest familiar noun that was not passed before.

    There are two ways in step: one among the word vectors themselves, where neighbours are finest, and one between the places
    where queries for the two words stand, for pictures. Raises ``UnknownWordError`` for a word without a
    vector, ``QueryError`` where there is no word, no way, or ``steps`` is out of range.
    """
    if not 1 <= steps <= MAX_STEPS:
        raise QueryError(f"The steps between two words are from 1 to {MAX_STEPS}. Received: {steps}.")
    seen_from, seen_to = text.embed(start), text.embed(end)
    (first, own), (last, others) = _place(text, start), _place(text, end)
    passed = own | others
    found = [Waypoint(0.0, WordHit(start, 1.0), seen_from)]
    for step in range(1, steps + 1):
        share = step / (steps + 1)
        if word := _nearest(text, slerp(first, last, share), passed):
            passed.add(word.word)
            found.append(Waypoint(share, word, slerp(seen_from, seen_to, share)))
    return [*found, Waypoint(1.0, WordHit(end, 1.0), seen_to)]


def along(points: Sequence[Waypoint], search: Search) -> list[tuple[int, float]]:
    """For each of ``points`` the row and the cosine of the nearest picture; none twice, while there are others.

    The two ends choose first.
    """
    met: dict[int, tuple[int, float]] = {}
    for place in (0, len(points) - 1, *range(1, len(points) - 1)):
        rows, cosines = search(points[place].vector, len(met) + 1)
        near = [(int(row), float(cosine)) for row, cosine in zip(rows, cosines, strict=True)]
        taken = {row for row, _ in met.values()}
        met[place] = next((one for one in near if one[0] not in taken), near[0])
    return [met[place] for place in range(len(points))]


def slerp(start: Floats, end: Floats, share: float) -> Floats:
    """The unit vector after ``share`` of the angle from ``start`` to ``end``, unit vectors ``(d,)`` (Shoemake, 1985).

    Raises ``QueryError`` where they are one direction, or opposite ones: there is no way, or no shortest one.
    """
    cosine = float(start @ end)
    if cosine > _SAME:
        raise QueryError("The two words mean the same here: give two that differ.")
    if cosine < _OPPOSITE:
        raise QueryError("The two words point in opposite directions, so no way between them is the shortest: change one of them.")
    angle = np.arccos(cosine)
    return np.asarray((np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle), dtype=np.float32)


def _place(text: WordVectorEncoder, words: str) -> tuple[Floats, set[str]]:
    """Unit vector ``(d,)`` of ``words`` among the word vectors, and each of them."""
    known, unknown = text.phrases.known(words)
    if unknown or not known:
        raise UnknownWordError({word: text.words.spellings(word) for word in unknown or [words]})
    return text.phrases.vector([row for _, row in known]), {word for word, _ in known}


def _nearest(text: WordVectorEncoder, vector: Floats, passed: Container[str]) -> WordHit | None:
    hits = text.words.nearest(vector, _POOL, among=FAMILIAR)
    return next((hit for hit in hits if hit.word not in passed and _is_noun(text, hit.word)), None)


def _is_noun(text: WordVectorEncoder, word: str) -> bool:
    """In the singular: a plural beside its noun is no step."""
    row = text.nouns.row(word)
    return row is not None and text.nouns.nouns[row] == word
