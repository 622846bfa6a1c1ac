"""Which pictures are shown beside a picture of people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devise_core.datatypes import Hit
from devise_core.engine import By, Engine
from devise_core.vectors import Floats
from devise_core.vision.image_encoder import Encoded

_POOL = 4
"""A search returns this many times the number of pictures to show, because some are left out."""


def fit_beside(engine: Engine, features: Floats, hits: Sequence[Hit]) -> list[Hit]:
    """Leave out pictures of animals if the picture that they are similar to may show people.

    Args:
        engine: The engine over the collection.
        features: The features of the picture ``(1, f)``.
        hits: The pictures that are similar to it.

    Returns:
        Those to show, in their order. All of them if the picture shows no people, or if the model has no signal for people.
    """
    guard = engine.parts.people_guard
    if guard is None or not hits or not guard.may_show_people(features)[0]:
        return list(hits)
    theirs = engine.collection.vector_rows("visual")[np.asarray([hit.row for hit in hits])]
    unfit = guard.may_show_animals(theirs) & ~guard.may_show_people(theirs)
    return [hit for hit, is_unfit in zip(hits, unfit, strict=True) if not is_unfit]


def similar_to(engine: Engine, encoded: Encoded, k: int, by: By = "semantic") -> list[Hit]:
    """Return up to ``k`` pictures of the collection that are similar to an encoded one, as ``Engine.search_encoded`` orders them.

    Args:
        engine: The engine over the collection.
        encoded: The picture.
        k: How many pictures to return at most.
        by: What is compared, as ``Engine.search_image`` says.
    """
    return fit_beside(engine, encoded.features, engine.search_encoded(encoded, _POOL * k, by))[:k]


def more_like(engine: Engine, item_id: str, k: int, by: By = "semantic") -> list[Hit]:
    """Return up to ``k`` pictures of the collection that are similar to one of its pictures, as ``Engine.more_like`` orders them.

    Args:
        engine: The engine over the collection.
        item_id: The id of the picture.
        k: How many pictures to return at most.
        by: What is compared, as ``Engine.more_like`` says.

    Raises:
        DeviseError: The collection has no such picture.
    """
    hits = engine.more_like(item_id, _POOL * k, by=by)
    row = engine.collection.row(item_id)
    return fit_beside(engine, engine.collection.vector_rows("visual")[row][None], hits)[:k]
