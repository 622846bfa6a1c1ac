"""The parts of a query for which the classifier's labels can give evidence (``label_evidence.py``)."""

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
"""None of the classifier's labels is one of these words, so there is no evidence about them."""

IN_GENERAL = frozenset(("person", "persons", "people", "human", "humans", "human being"))
"""Words for people in general. The namer (``naming.py``) says whether an image shows people, but not who they are."""

LEAST_SHARE = 0.5
"""A clause with a minus excludes what it names only if its weight is at least this share of the weight of the wanted clause."""


@dataclass(frozen=True, eq=False)
class Probe:
    """One thing to find evidence for.

    Attributes:
        vector: The unit vector ``(d,)`` of the thing.
        synset: The WordNet id of its sense, or None for a phrase.
        concept: The unit vector ``(c,)`` of the thing in the concept space (``text/concepts.py``), or None.
        noun_row: Its row in the noun list, or None for a phrase.
        abstract: Whether no image can show the thing, as for "democracy".
        without: Probes for what an image must not show.
    """

    vector: Floats
    synset: str | None = None
    concept: Floats | None = None
    noun_row: int | None = None
    abstract: bool = False
    without: tuple[Probe, ...] = ()


def split_clauses(query: Query) -> tuple[Query, list[Query]] | None:
    """Split a query such as "bird -penguin" into the one clause that is wanted and the clauses that are excluded.

    Returns:
        Each clause as a separate query. None if no clause is excluded, if there is not exactly one wanted clause, if a clause has
        no known word, or if the weight of an excluded clause is too small (``LEAST_SHARE``).
    """
    unwanted = [part for part in query.clauses if part.clause.weight < 0]
    wanted = [part for part in query.clauses if part.clause.weight > 0]
    if not unwanted or len(wanted) != 1 or any(part.vector is None for part in query.clauses):
        return None
    if min(-part.clause.weight for part in unwanted) < LEAST_SHARE * wanted[0].clause.weight:
        return None
    return _alone(wanted[0]), [_alone(part) for part in unwanted]


def _alone(part: PlacedClause) -> Query:
    """Return a query that consists of this clause, with weight 1."""
    assert part.vector is not None
    clause = replace(part.clause, weight=1.0)
    terms = tuple(Term(word, share, "words") for word, share in part.terms)
    return Query(part.vector, Reading(clause.text, terms, {}), (replace(part, clause=clause),))
