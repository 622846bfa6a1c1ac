"""Check the arguments of the verbs. A value of the wrong type raises the library's own error, which says what to give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

import numpy as np

from devise_core.errors import CollectionError, ImageError, QueryError, shown_value
from devise_core.search.conditions import Condition
from devise_core.search.ranking import Ranking
from devise_core.text.query import Query
from devise_core.text.tokens import check_is_text
from devise_core.vectors import Floats, Rows
from devise_core.vision.image_encoder import Encoded


def query_given(query: object) -> Query:
    """Return ``query``. Raises ``QueryError`` unless it is what ``Engine.query`` returns."""
    if not isinstance(query, Query):
        raise QueryError(f"Give the result of Engine.query. Received: {_type_of(query)}.")
    return query


def text_or_query(text: object) -> str | Query:
    """Return ``text``. Raises ``QueryError`` unless it is a text, or what ``Engine.query`` returns."""
    return text if isinstance(text, Query) else check_is_text(text)


def query_or_vector(query: object, dimension: int) -> Query | Floats:
    """Return ``query``, or a vector ``(dimension,)`` as an array. Raises ``QueryError`` if it is neither."""
    return query if isinstance(query, Query) else vector_given(query, dimension, "the result of Engine.query, or ")


def vector_given(vector: object, dimension: int, instead: str = "") -> Floats:
    """Return a vector as an array.

    Args:
        vector: What the caller gave.
        dimension: How many numbers it must have.
        instead: What else could be given, for the message: "a query or ".

    Returns:
        ``float32 (dimension,)``. Its length need not be 1.

    Raises:
        QueryError: It is not that many finite numbers, or all of them are 0.
    """
    try:
        values = np.asarray(vector, dtype=np.float32)
    except (TypeError, ValueError):
        values = np.empty(0, dtype=np.float32)
    if values.shape != (dimension,) or not np.isfinite(values).all() or not values.any():
        raise QueryError(
            f"Give {instead}a vector of {dimension} finite numbers that are not all zero. "
            f"Received: {_type_of(vector)}{f' of shape {values.shape}' if values.size else ''}."
        )
    return values


def vectors_by_name(images: object) -> Mapping[str, Floats]:
    """Return ``images``, or an empty mapping for None. Raises ``QueryError`` if it is something else."""
    if images is not None and not isinstance(images, Mapping):
        raise QueryError(f"Give the additional images as a mapping from names to vectors. Received: {_type_of(images)}.")
    return images or {}


def texts_given(texts: object) -> list[str | Query]:
    """Return ``texts`` as a list. Raises ``QueryError`` unless they are several texts or queries."""
    if isinstance(texts, str | Query):
        raise QueryError(f"Give a list of texts. Received one {_type_of(texts)}. Put it into a list, or call search_text.")
    if isinstance(texts, bytes | bytearray | Mapping | Set) or hasattr(texts, "read") or not isinstance(texts, Iterable):
        raise QueryError(f"Give a list of texts. Received: {_type_of(texts)}.")
    return [text_or_query(text) for text in texts]


def labels_given(vocabulary: object) -> list[str]:
    """Return the labels of ``vocabulary``, each once. Raises ``QueryError`` unless they are texts, and at least one."""
    if isinstance(vocabulary, str | bytes | Mapping) or not isinstance(vocabulary, Iterable):
        raise QueryError(f'vocabulary is "nouns", "all" or a list of words. Received: {shown_value(vocabulary)}.')
    labels = list(vocabulary)
    if not all(isinstance(label, str) for label in labels):
        raise QueryError("A label is not a text. Give a list of words.")
    if not labels:
        raise QueryError("The list of labels is empty. Give at least one word.")
    return list(dict.fromkeys(labels))


def rows_given(rows: object, count: int) -> Rows:
    """Return ``rows`` as an array. Raises ``QueryError`` unless they are whole numbers from 0, below ``count``."""
    try:
        values = np.asarray(rows)
    except ValueError:  # lists of different lengths
        values = np.empty((0, 0))
    if values.ndim != 1 or (values.size and values.dtype.kind not in "iu"):
        raise QueryError(f"Give a list of rows, which are whole numbers. Received: {_type_of(rows)}.")
    if values.size and not 0 <= values.min() <= values.max() < count:
        raise QueryError(f"The collection has the rows 0 to {count - 1}. Received: {values.min()} to {values.max()}.")
    return values.astype(np.int64)


def row_given(row: object, count: int) -> int:
    """Return ``row``. Raises ``QueryError`` unless it is a whole number from 0, below ``count``."""
    if isinstance(row, bool) or not isinstance(row, int | np.integer):
        raise QueryError(f"A row is a whole number. Received: {_type_of(row)}.")
    return int(rows_given([row], count)[0])


def encoded_given(encoded: object) -> Encoded:
    """Return ``encoded``. Raises ``ImageError`` unless it is what ``Engine.encode`` returns."""
    if not isinstance(encoded, Encoded):
        raise ImageError(f"Give the result of Engine.encode. Received: {_type_of(encoded)}.")
    return encoded


def ranking_given(ranking: object) -> Ranking:
    """Return ``ranking``. Raises ``QueryError`` unless it is what ``Engine.ranking`` returns."""
    if not isinstance(ranking, Ranking):
        raise QueryError(f"Give the result of Engine.ranking, or a slice of it. Received: {_type_of(ranking)}.")
    return ranking


def condition_given(where: object) -> Condition:
    """Return ``where``. Raises ``QueryError`` unless it is one of the conditions."""
    if not isinstance(where, Condition):
        raise QueryError(f"A condition is one of the classes of devise_core.search.conditions. Received: {_type_of(where)}.")
    return where


def id_given(item_id: object) -> str:
    """Return ``item_id``. Raises ``CollectionError`` unless it is a text."""
    if not isinstance(item_id, str):
        raise CollectionError(f"The id of an image is a text. Received: {_type_of(item_id)}.")
    return item_id


def _type_of(value: object) -> str:
    return type(value).__name__
