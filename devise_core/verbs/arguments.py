"""Check the arguments of the verbs, which are the methods of ``Engine``.

A value of the wrong type raises an error of the library, whose message says what to give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

import numpy as np

from devise_core.errors import CollectionError, ImageError, QueryError, shown_value
from devise_core.search.conditions import All, AnyOf, Condition, HasId, HasLabel, InCategory, Not, TakenIn, period_given
from devise_core.search.ranking import Ranking
from devise_core.text.query import Query
from devise_core.text.tokens import check_is_text
from devise_core.vectors import Floats, is_series, vector_given
from devise_core.vision.image_encoder import Encoded


def query_given(query: object) -> Query:
    """Return ``query``, or raise ``QueryError`` if it is not a result of ``Engine.query``."""
    if not isinstance(query, Query):
        raise QueryError(f"Give the result of Engine.query. Received: {_type_of(query)}.")
    return query


def text_or_query(text: object) -> str | Query:
    """Return ``text``, or raise ``QueryError`` if it is neither a text nor a result of ``Engine.query``."""
    return text if isinstance(text, Query) else check_is_text(text)


def query_or_vector(query: object, dimension: int) -> Query | Floats:
    """Return ``query``, as a unit vector if it is a vector ``(dimension,)``. Raise ``QueryError`` if it is neither."""
    return query if isinstance(query, Query) else vector_given(query, dimension, "the result of Engine.query, or ")


def vectors_by_name(images: object) -> Mapping[str, Floats]:
    """Return ``images``, or an empty mapping for None. Raise ``QueryError`` if ``images`` is neither a mapping nor None."""
    if images is not None and not (isinstance(images, Mapping) and all(isinstance(name, str) for name in images)):
        raise QueryError(f"Give the additional images as a mapping from names to vectors. Received: {_type_of(images)}.")
    return images or {}


def texts_given(texts: object) -> list[str | Query]:
    """Return ``texts`` as a list, or raise ``QueryError`` if it is not a list of texts or queries."""
    if isinstance(texts, str | Query):
        raise QueryError(f"Give a list of texts. Received one {_type_of(texts)}. Put it into a list, or call search_text.")
    if isinstance(texts, bytes | bytearray | Mapping | Set) or hasattr(texts, "read") or not is_series(texts):
        raise QueryError(f"Give a list of texts. Received: {_type_of(texts)}.")
    return [text_or_query(text) for text in texts]


def labels_given(vocabulary: object) -> list[str]:
    """Return the labels of ``vocabulary``, each once. Raise ``QueryError`` if a label is not a text or there is no label."""
    if isinstance(vocabulary, str | bytes | Mapping) or hasattr(vocabulary, "read") or not is_series(vocabulary):
        raise QueryError(f'vocabulary is "nouns", "all" or a list of words. Received: {shown_value(vocabulary)}.')
    labels = list(vocabulary)
    if not all(isinstance(label, str) for label in labels):
        raise QueryError("Every label must be a text. Give a list of words.")
    if not labels:
        raise QueryError("The list of labels is empty. Give at least one word.")
    return list(dict.fromkeys(labels))


def encoded_given(encoded: object, dimension: int, several: bool = False) -> Encoded:
    """Return ``encoded`` with arrays of ``float32``.

    Args:
        encoded: What the caller gave in place of a result of ``Engine.encode``.
        dimension: How many numbers an embedding has.
        several: Whether ``encoded`` may be about any number of images, and not only about one.

    Returns:
        Features ``(n, f)`` and embeddings ``(n, dimension)``, with ``n`` equal to 1 unless ``several``.

    Raises:
        ImageError: ``encoded`` is of another type, its arrays have other shapes, or a number is not finite.
    """
    if not isinstance(encoded, Encoded):
        raise ImageError(f"Give the result of Engine.encode. Received: {_type_of(encoded)}.")
    try:
        features, embeddings = (np.asarray(each, dtype=np.float32) for each in (encoded.features, encoded.embeddings))
    except (TypeError, ValueError):  # no numbers, or rows of different lengths
        features = embeddings = np.empty(0, dtype=np.float32)
    count = len(embeddings) if several and embeddings.ndim else 1
    if features.ndim != 2 or len(features) != count or not features.shape[1] or embeddings.shape != (count, dimension):
        expected = "n" if several else "1"
        raise ImageError(
            f"Encoded has features ({expected}, f) and embeddings ({expected}, {dimension}), as Engine.encode returns them. "
            f"Received: {np.shape(features)} and {np.shape(embeddings)}."
        )
    if not (np.isfinite(features).all() and np.isfinite(embeddings).all()):
        raise ImageError("Encoded has a number that is not finite. Give the result of Engine.encode.")
    return Encoded(features, embeddings)


def ranking_given(ranking: object) -> Ranking:
    """Return ``ranking``, or raise ``QueryError`` if it is not a result of ``Engine.ranking``."""
    if not isinstance(ranking, Ranking):
        raise QueryError(f"Give the result of Engine.ranking, or a slice of it. Received: {_type_of(ranking)}.")
    return ranking


def condition_given(where: object) -> Condition:
    """Return ``where``, or raise ``QueryError`` if it is not a condition (``search/conditions.py``) or a part of it is none."""
    match where:
        case All(parts) | AnyOf(parts) if isinstance(parts, Iterable) and not isinstance(parts, str):
            return type(where)(tuple(map(condition_given, parts)))
        case Not(part):
            return Not(condition_given(part))
        case TakenIn(text) if isinstance(text, str):
            return TakenIn(period_given(text))
        case HasLabel(text) | InCategory(text) | HasId(text) if isinstance(text, str):
            return where
    raise QueryError(
        "A condition is an instance of a class in devise_core.search.conditions, made of texts or of other conditions. "
        f"Received: {shown_value(where)}."
    )


def id_given(item_id: object) -> str:
    """Return ``item_id``, or raise ``CollectionError`` if it is not a text."""
    if not isinstance(item_id, str):
        raise CollectionError(f"The id of an image is a text. Received: {_type_of(item_id)}.")
    return item_id


def _type_of(value: object) -> str:
    return type(value).__name__
