"""How images become rows of the two parts of a version that have images, however the rows are sent to Milvus."""

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
    """Makes rows.

    Attributes:
        model_id: ``ImageEncoder.model_id`` of the model that made the vectors.
        parts: The parts of the model. Without them, the vectors of the score are the embeddings.
    """

    model_id: str
    parts: ModelParts | None

    def noted(self, dimension: int) -> dict[str, Any]:
        """Return what is noted when a version with embeddings of this length is begun."""
        return {
            "format": FORMAT,
            "model": self.model_id,
            "dimension": dimension,
            "parts": self.parts.version if self.parts else "",
        }

    def scores(self, features: Floats, embeddings: Floats) -> tuple[Floats, Floats]:
        """Return the vectors that a text search compares, and the partitions of the softmax ``(n, 2)``."""
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
        """Return the rows of the images and those of their looks.

        Args:
            numbers: The row that each image has in the collection.
            items: The images, as ``stored_form`` returns them.
            features: ``(n, f)``.
            embeddings: Unit rows ``(n, d)``.
            thumbnails: The name of the thumbnail of each, or an empty text.
            keys: The SHA-256 of each original file, or empty strings.
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
