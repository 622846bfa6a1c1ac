"""The parts of a query that the labels of the classifier can give evidence for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from devise_core.datatypes import Reading, Term
from devise_core.text.query import PlacedClause, Query
from devise_core.vectors import Floats

PEOPLE = frozenset(
    (
        "person",
        "people",
        "human",
        "man",
        "woman",
        "child",
        "kid",
        "boy",
        "girl",
        "baby",
        "infant",
        "toddler",
        "guy",
        "lady",
        "crowd",
    )
)
"""No label is one of these, so there is no evidence about them."""

IN_GENERAL = frozenset(("person", "persons", "people", "human", "humans", "human being"))
"""Words for people in general. The namer says whether an image shows people, but not which."""

LEAST_SHARE = 0.5
"""A clause with a minus excludes its things if its weight is at least this share of the weight of what is looked for."""


@dataclass(frozen=True, eq=False)
class Probe:
    """One thing to find evidence for.

    Attributes:
        vector: Its unit vector ``(d,)``.
        synset: The WordNet id of its sense, or None for a phrase.
        concept: Its unit vector ``(c,)`` in the concept space, or None.
        noun_row: Its row in the noun list, or None for a phrase.
        abstract: Whether no image can show it.
        without: What an image must not show.
    """

    vector: Floats
    synset: str | None = None
    concept: Floats | None = None
    noun_row: int | None = None
    abstract: bool = False
    without: tuple[Probe, ...] = ()


def split_clauses(query: Query) -> tuple[Query, list[Query]] | None:
    """Return the one clause that is looked for, and those that are excluded, as queries of their own.

    Returns:
        None if nothing is excluded, if several clauses are looked for, or if one is not known.
    """
    unwanted = [part for part in query.clauses if part.clause.weight < 0]
    wanted = [part for part in query.clauses if part.clause.weight > 0]
    if not unwanted or len(wanted) != 1 or any(part.vector is None for part in query.clauses):
        return None
    if min(-part.clause.weight for part in unwanted) < LEAST_SHARE * wanted[0].clause.weight:
        return None
    return _alone(wanted[0]), [_alone(part) for part in unwanted]


def _alone(part: PlacedClause) -> Query:
    """Return a query of one clause, which is looked for."""
    assert part.vector is not None
    clause = replace(part.clause, weight=1.0)
    terms = tuple(Term(word, share, "words") for word, share in part.terms)
    return Query(part.vector, Reading(clause.text, terms, {}), (replace(part, clause=clause),))
