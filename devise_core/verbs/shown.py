"""Find words for what images of the collection show. The words can name single images and groups of images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devise_core.search.shown_words import Shown
from devise_core.vectors import rows_given
from devise_core.verbs.labels import LabelVerbs
from devise_core.vision.image_encoder import Encoded

_ROWS_AT_A_TIME = 256


class ShownVerbs(LabelVerbs):
    """The verbs behind titles, albums and the names on the map."""

    def shown_words(self, rows: Sequence[int] | None = None) -> list[Shown]:
        """Return the words for what each image shows.

        Args:
            rows: The rows of the images in the collection. By default all.

        Returns:
            For each image, its words, each with a number from 0 to 1 that says how sure the word is.

        Raises:
            QueryError: ``rows`` has something that is not a row of the collection.

        Example:
            >>> shown = engine.shown_words([engine.collection.row("violin")])[0]
            >>> sorted(word for word in shown if "instrument" in word)
            ['musical instrument', 'string instrument']
        """
        collection, words = self.collection, self.parts.shown_words
        chosen = np.arange(len(collection)) if rows is None else rows_given(rows, len(collection))
        shown: list[Shown] = []
        for start in range(0, len(chosen), _ROWS_AT_A_TIME):
            batch = chosen[start : start + _ROWS_AT_A_TIME]
            features, embeddings = collection.vector_rows("visual")[batch], collection.vector_rows("semantic")[batch]
            shown += words.of(collection.items_at(batch), Encoded(features, embeddings), collection.described)
        return shown

    def titles(self, encoded: Encoded) -> list[str]:
        """Return a title for each image that ``encode`` has encoded, or "" if no name is sure enough.

        Args:
            encoded: The features ``(n, f)`` and embeddings ``(n, d)`` of the images.

        Returns:
            One title for each image.

        Raises:
            ImageError: ``encoded`` is not what ``encode`` returns.

        Example:
            >>> engine.titles(engine.encoded(engine.collection.row("violin")))
            ['violin']
        """
        return self.parts.shown_words.titles(self._encoded(encoded, several=True))
