"""The vectors of images, as an image encoder returns them, and the check of what it returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devise_core.encoder_results import rows_returned, unit_rows_returned
from devise_core.errors import ArtifactError
from devise_core.vectors import Floats


@dataclass(frozen=True, eq=False)
class Encoded:
    """The vectors of ``n`` images.

    Attributes:
        features: What the backbone computes, ``float32 (n, f)``. They say how an image looks.
        embeddings: Unit rows in the space of the text encoder, ``float32 (n, d)``. They say what an image shows.
    """

    features: Floats
    embeddings: Floats


def encoded_returned(encoder: object, returned: object, count: int) -> Encoded:
    """Return what an image encoder returned for ``count`` images, with arrays of ``float32``.

    Args:
        encoder: The encoder, for the message.
        returned: What its ``encode_pixels`` returned.
        count: The number of images.

    Returns:
        Finite features ``(count, f)`` that are not all zero for any image, and unit embeddings ``(count, d)``.

    Raises:
        ArtifactError: The encoder returned something else. The message names its class and says what to change.
    """
    name = type(encoder).__name__
    if not isinstance(returned, Encoded):
        raise ArtifactError(
            f"{name} returned {type(returned).__name__} from encode_pixels. Return Encoded(features, embeddings), "
            "a class of devise_core.vision.image_encoder."
        )
    features = rows_returned(encoder, returned.features, count, "features")
    if not np.asarray(features, dtype=np.float16).any(axis=1).all():
        raise ArtifactError(f"{name} returned features that are all zero. Return at least one larger number for each image.")
    return Encoded(features, unit_rows_returned(encoder, returned.embeddings, count, "embeddings"))
