"""Tell whether the classifier's labels can leave out what a query excludes, as in "bird -penguin" or "dog -cat"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from devise_core.search.probes import split_clauses
from devise_core.text.query import Query
from devise_core.vectors import Rows

TOLD_APART = ("animal", "vehicle", "musical instrument", "fruit")
"""An image that shows one thing of such a kind rarely counts as another thing of the kind: the classifier can tell dogs from cats.
Furniture and food are not in the list, because an image of a table often shows chairs too."""


def can_leave_out(query: Query, labels_below: Callable[[str], Rows]) -> bool:
    """Return whether the labels can tell images with what a query excludes from images without it.

    In "bird -penguin", bird and penguin have labels in common. In "dog -cat", both are of the same kind of ``TOLD_APART``. Neither
    holds for "car -wheels".

    Args:
        query: The query. A query that excludes nothing has nothing to leave out, so the result is True.
        labels_below: Returns the labels at or below a noun in WordNet.
    """
    if not (split := split_clauses(query)):
        return True
    wanted, *unwanted = (labels_below(part.noun or "") for part in (split[0], *split[1]))
    kinds = [labels for labels in map(labels_below, TOLD_APART) if _is_within(wanted, labels)]
    return all(np.intersect1d(wanted, labels).size or any(_is_within(labels, kind) for kind in kinds) for labels in unwanted)


def _is_within(labels: Rows, kind: Rows) -> bool:
    return bool(len(labels)) and bool(np.isin(labels, kind).all())
