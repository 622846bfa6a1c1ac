"""Store the data that text searches need for the score and the evidence, so that the first search need not compute them.

``search/scorer.py`` explains the score, and ``search/label_evidence.py`` explains the evidence.
"""

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
        parts: The optional parts of the model. Nothing is stored for a part that is None.
        features: The features ``(n, f)``, as read from the file of the collection.
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
