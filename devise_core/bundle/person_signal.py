"""Fit the weights that tell, from the features of an image, whether the image shows a person.

The training labels come from captions. An image counts as showing a person if at least two of its five captions mention a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from devise_core.datasets import readers, splits
from devise_core.datasets.people import shows_person
from devise_core.search.class_shares import feature_roots
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.vectors import Floats
from devise_core.vision.image_encoder import ImageEncoder

COMMAND = "python -m devise_core build person --data DATA"
SOURCE = "captions of the training part of Pascal Sentences"
LICENCE = "Apache-2.0"
SCALE, REGULARISATION = 10.0, 0.1


def person_weights(features: Floats, person: Sequence[bool]) -> Floats:
    """Fit a logistic regression on the square roots of the features' shares (see ``feature_roots``).

    Args:
        features: The backbone's features ``(n, f)``.
        person: Whether each image shows a person ``(n,)``.

    Returns:
        The weights and, in the last place, the bias ``float32 (f + 1,)``. They apply to the roots without ``SCALE``.
    """
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=REGULARISATION, max_iter=2000).fit(SCALE * feature_roots(features), np.asarray(person))
    return np.append(SCALE * fitted.coef_[0], fitted.intercept_).astype(np.float32)


def write_person(layout: ArtifactLayout, manifest: Manifest, data: Path, encoder: ImageEncoder) -> int:
    """Write ``person.npy``, the weights that tell images of people from other images.

    Args:
        layout: Where to write.
        manifest: Receives the entry.
        data: The folder with the data sets.
        encoder: Encodes the images.

    Returns:
        The number of images that the weights were learned from.

    Raises:
        BuildError: If Pascal Sentences is missing.
    """
    images = readers.pascal_sentences(data / "pascal-sentences")
    images = splits.select(images, splits.seed_split(len(images)))
    features = np.concatenate([part.features for part in encoder.encode_many([image.path for image in images])])
    weights = person_weights(features, [shows_person(image.captions) for image in images])
    with atomic_file(layout.person) as path:
        np.save(path, weights)
    manifest.add(layout.person, COMMAND, SOURCE, LICENCE)
    return len(images)
