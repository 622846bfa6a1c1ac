"""Read "without a dog" and "no dog" as a minus, as the query language writes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from devise_core.errors import QueryError
from devise_core.text.query_parser import TOUCHING_MINUS, Clause

_NEGATION = re.compile(
    r"(?:^|(?<=\s))(?:but\s+|and\s+|with\s+)?(?:without|no|not|except|excluding)(?:\s+(?:for|any|an?|the))*\s+", re.IGNORECASE
)
_SIGN = re.compile(r"\bsigns?$|^no\s+(?:one|man|way|smoking|entry|parking)\b", re.IGNORECASE)
"""What "no" belongs to, as in a sign that says "no entry"."""


def split_negations(clauses: Sequence[Clause]) -> list[Clause]:
    """Split each clause at "without", "no", "not" and "except". What follows gets half the weight, and a minus.

    Raises:
        QueryError: Nothing else is in the query.
    """
    parts = [part for clause in clauses for part in _split(clause)]
    if parts and all(part.weight < 0 for part in parts):
        thing = parts[0].text
        raise QueryError(
            f"The query only says what to leave out. Add something to look for, as in “animal -{thing}”.", parts[0].start
        )
    return parts


def _split(clause: Clause) -> list[Clause]:
    if clause.kind != "words" or clause.quoted or clause.weight < 0 or _SIGN.search(clause.text):
        return [clause]
    starts = [match for match in _NEGATION.finditer(clause.text) if clause.text[match.end() :].strip()]
    if not starts:
        return [clause]
    ends = [match.start() for match in starts[1:]] + [len(clause.text)]
    parts = [_part(clause, 0, starts[0].start(), 1.0)]
    parts += [_part(clause, match.end(), end, -TOUCHING_MINUS) for match, end in zip(starts, ends, strict=True)]
    return [part for part in parts if part.text]


def _part(clause: Clause, start: int, end: int, weight: float) -> Clause:
    text = clause.text[start:end].rstrip(" ,;")
    return replace(
        clause, text=text, weight=weight * clause.weight, start=clause.start + start, end=clause.start + start + len(text)
    )
