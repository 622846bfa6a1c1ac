"""What a collection stores for the score and the evidence, so that the first search does not compute it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np

from devise_core.search.model_parts import ModelParts
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import CollectionLayout
from devise_core.vectors import Floats


def store_parts(
    layout: CollectionLayout, manifest: Manifest, parts: ModelParts, features: Floats, embeddings: Floats
) -> list[Path]:
    """Write ``score_vectors.npy``, and note the thresholds of the evidence and the version of the parts in ``manifest.about``.

    Args:
        layout: The folder to write to.
        manifest: The manifest of that folder. The caller adds the files to it.
        parts: The parts of the model. What the model lacks is not stored.
        features: ``(n, f)`` as the collection stores them.
        embeddings: Unit rows ``(n, d)``.

    Returns:
        The files that were written.
    """
    manifest.about["parts"] = parts.version
    if parts.evidence:
        manifest.about["evidence"] = asdict(parts.evidence_thresholds(features))
    if not parts.scorer:
        return []
    np.save(layout.score_vectors, parts.scorer.images.vectors(features, embeddings))
    return [layout.score_vectors]
