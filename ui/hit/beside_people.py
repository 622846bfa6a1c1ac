"""Choose the pictures to show beside a picture of people, because an animal beside a person could insult the person."""

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
        hits: The pictures that are similar to this picture.

    Returns:
        The hits to show, in the same order. All hits are shown if the picture shows no people, or if the model cannot tell.
    """
    guard = engine.parts.people_guard
    if guard is None or not hits or not guard.may_show_people(features)[0]:
        return list(hits)
    theirs = engine.collection.vector_rows("visual")[np.asarray([hit.row for hit in hits])]
    unfit = guard.may_show_animals(theirs) & ~guard.may_show_people(theirs)
    return [hit for hit, is_unfit in zip(hits, unfit, strict=True) if not is_unfit]


def similar_to(engine: Engine, encoded: Encoded, k: int, by: By = "semantic") -> list[Hit]:
    """Return up to ``k`` pictures that are similar to an encoded picture, in the order of ``Engine.search_encoded``.

    Args:
        engine: The engine over the collection.
        encoded: The picture.
        k: How many pictures to return at most.
        by: What is compared, as for ``Engine.search_image``.
    """
    return fit_beside(engine, encoded.features, engine.search_encoded(encoded, _POOL * k, by))[:k]


def more_like(engine: Engine, item_id: str, k: int, by: By = "semantic") -> list[Hit]:
    """Return up to ``k`` pictures that are similar to a picture of the collection, in the order of ``Engine.more_like``.

    Args:
        engine: The engine over the collection.
        item_id: The id of the picture.
        k: How many pictures to return at most.
        by: What is compared, as for ``Engine.more_like``.

    Raises:
        DeviseError: If the collection has no such picture.
    """
    hits = engine.more_like(item_id, _POOL * k, by=by)
    row = engine.collection.row(item_id)
    return fit_beside(engine, engine.collection.vector_rows("visual")[row][None], hits)[:k]
