"""Tell whether the classifier's labels can separate what a query asks for from what it excludes: "bird -penguin", "dog -cat"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from devise_core.search.probes import split_clauses
from devise_core.text.query import Query
from devise_core.vectors import Rows

TOLD_APART = ("animal", "vehicle", "musical instrument", "fruit")
"""The classifier can tell things of such a kind apart, such as dogs and cats. Other kinds are left out, because things of these
kinds are often in one picture: a table has chairs around it, and a plate has several foods."""


def can_leave_out(query: Query, labels_below: Callable[[str], Rows]) -> bool:
    """Return whether the labels can separate images that show what a query excludes from images that do not.

    They can in two cases: the two things have labels in common ("bird -penguin"), or both belong to one kind of ``TOLD_APART``
    ("dog -cat"). In "car -wheels", neither is the case.

    Args:
        query: The query. The result is also True if ``split_clauses`` does not split it, such as a query that excludes nothing.
        labels_below: Returns the labels at or below a noun in WordNet.
    """
    if not (split := split_clauses(query)):
        return True
    wanted, *unwanted = (labels_below(part.noun or "") for part in (split[0], *split[1]))
    kinds = [labels for labels in map(labels_below, TOLD_APART) if _is_within(wanted, labels)]
    return all(np.intersect1d(wanted, labels).size or any(_is_within(labels, kind) for kind in kinds) for labels in unwanted)


def _is_within(labels: Rows, kind: Rows) -> bool:
    return bool(len(labels)) and bool(np.isin(labels, kind).all())
