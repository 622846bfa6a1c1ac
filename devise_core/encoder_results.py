"""Check the vectors that an encoder returns before they are stored or used. The encoder may be code from outside this library."""

from __future__ import annotations

import numpy as np

from devise_core.errors import ArtifactError, shown_value
from devise_core.vectors import Floats

LENGTH_TOLERANCE = 0.01
"""How far the length of a unit vector may be from 1. The vectors of a large collection are rounded to ``float16``."""
LARGEST_FEATURE = float(np.finfo(np.float16).max)
"""The largest number that a collection can store, because it stores features as ``float16``."""


def rows_returned(encoder: object, returned: object, count: int, what: str, dimension: int | None = None) -> Floats:
    """Return the vectors that an encoder returned for ``count`` inputs as an array.

    Args:
        encoder: The encoder, for the message.
        returned: What the encoder returned.
        count: The number of its inputs.
        what: What the vectors are, for the message, such as "features".
        dimension: How many numbers each vector must have. By default any number from 1.

    Returns:
        ``float32 (count, d)``, finite, with numbers up to ``LARGEST_FEATURE``.

    Raises:
        ArtifactError: The vectors are not such an array. The message names the class of the encoder.
    """
    name = type(encoder).__name__
    try:
        with np.errstate(over="ignore"):  # numbers that are too large become infinite
            rows = np.asarray(returned, dtype=np.float32)
    except (TypeError, ValueError) as error:  # no numbers, or rows of different lengths
        raise ArtifactError(f"{name} returned {what} that are not an array of numbers ({shown_value(returned)}).") from error
    if rows.ndim != 2 or len(rows) != count or not rows.shape[1] or rows.shape[1] != (dimension or rows.shape[1]):
        raise ArtifactError(
            f"{name} returned {what} of shape {rows.shape}. Return one row {f'of {dimension} numbers ' if dimension else ''}"
            f"for each input, which is the shape ({count}, {dimension or 'd'}) here."
        )
    if not (np.abs(rows) <= LARGEST_FEATURE).all():  # false for NaN
        raise ArtifactError(
            f"{name} returned {what} that are not finite or are above {LARGEST_FEATURE:.0f}. Correct how the encoder computes them."
        )
    return rows


def unit_rows_returned(encoder: object, returned: object, count: int, what: str, dimension: int | None = None) -> Floats:
    """Return what ``rows_returned`` returns for vectors that must have length 1.

    Args:
        encoder: The encoder, for the message.
        returned: What the encoder returned.
        count: The number of its inputs.
        what: What the vectors are, for the message, such as "embeddings".
        dimension: How many numbers each vector must have. By default any number from 1.

    Returns:
        ``float32 (count, d)``. The length of each row is 1, up to ``LENGTH_TOLERANCE``.

    Raises:
        ArtifactError: The vectors are not such an array. The message names the class of the encoder.
    """
    rows = rows_returned(encoder, returned, count, what, dimension)
    if not is_unit(rows):
        lengths = np.linalg.norm(rows, axis=1)
        worst = lengths[np.abs(lengths - 1).argmax()]
        raise ArtifactError(
            f"{type(encoder).__name__} returned {what} of length {worst:.4g}, not of length 1. "
            "Scale each row to length 1, as devise_core.vectors.unit does."
        )
    return rows


def is_unit(vectors: Floats) -> bool:
    """Return whether all vectors ``(…, d)`` have length 1, up to ``LENGTH_TOLERANCE``. NaN has no length."""
    with np.errstate(over="ignore"):
        return bool((np.abs(np.linalg.norm(vectors, axis=-1) - 1) <= LENGTH_TOLERANCE).all())
