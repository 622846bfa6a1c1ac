"""Turn images into rows of the parts ``images`` and ``looks`` of a version (``names.py``), for both ways of writing to Milvus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from devise_core.collections.milvus.schema import FORMAT, LOOKS, PARTITIONS, SCORE, filtered_fields, item_fields
from devise_core.datatypes import Item
from devise_core.search.model_parts import ModelParts
from devise_core.vectors import Floats


@dataclass(frozen=True)
class StoredRows:
    """Makes the rows of images.

    Attributes:
        model_id: ``ImageEncoder.model_id`` of the model that made the vectors.
        parts: The optional parts of the model (``ModelParts``). Without them, the vectors of the score are the embeddings.
    """

    model_id: str
    parts: ModelParts | None

    def noted(self, dimension: int) -> dict[str, Any]:
        """Return the facts to write when a version is begun whose embeddings have this dimension."""
        return {
            "format": FORMAT,
            "model": self.model_id,
            "dimension": dimension,
            "parts": self.parts.version if self.parts else "",
        }

    def scores(self, features: Floats, embeddings: Floats) -> tuple[Floats, Floats]:
        """Return the vectors that a text search compares, and the denominators of the softmaxes (``PARTITIONS``), ``(n, 2)``."""
        scorer, classifier = (self.parts.scorer, self.parts.classifier) if self.parts else (None, None)
        if scorer is None or classifier is None:
            return embeddings.astype(np.float32), np.zeros((len(embeddings), 2), dtype=np.float32)
        shares = classifier.shares(features)
        vectors = scorer.images.vectors(features, embeddings, shares)
        return np.hstack([embeddings, vectors]).astype(np.float32), scorer.images.partitions(features, shares)

    def rows(
        self,
        numbers: Sequence[int],
        items: Sequence[Item],
        features: Floats,
        embeddings: Floats,
        thumbnails: Sequence[str],
        keys: Sequence[str],
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the rows for the part ``images`` and the rows for the part ``looks``.

        Args:
            numbers: The row number of each image in the collection.
            items: The images, as ``stored_form`` returns them.
            features: The features of the backbone, ``(n, f)``.
            embeddings: Unit rows ``(n, d)``.
            thumbnails: The name of the thumbnail of each image, or an empty string.
            keys: The SHA-256 of the original file of each image, or an empty string.
        """
        scores, partitions = self.scores(features, embeddings)
        images, looks = [], []
        for each, (number, item) in enumerate(zip(numbers, items, strict=True)):
            filtered = filtered_fields(item, number)
            facts = {"thumbnail": thumbnails[each], "key": keys[each], "model": self.model_id}
            numbers_of = dict(zip(PARTITIONS, map(float, partitions[each]), strict=True))
            images.append({**filtered, **item_fields(item), **facts, **numbers_of, SCORE: scores[each]})
            looks.append({**filtered, LOOKS: features[each].astype(np.float32)})
        return images, looks
