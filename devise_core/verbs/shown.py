"""What the images of the collection show, in words that can name groups of them."""

from __future__ import annotations

from devise_core.search.shown_words import Shown
from devise_core.verbs.labels import LabelVerbs
from devise_core.vision.image_encoder import Encoded

_ROWS_AT_A_TIME = 256


class ShownVerbs(LabelVerbs):
    """The verbs behind titles, albums and the names on the map."""

    def shown_words(self) -> list[Shown]:
        """Return for each image of the collection the words for what it shows, with how sure they are, from 0 to 1.

        Example:
            >>> shown = engine.shown_words()[engine.collection.row("violin")]
            >>> sorted(word for word in shown if "instrument" in word)
            ['musical instrument', 'string instrument']
        """
        collection, parts = self.collection, self.parts
        batches = (slice(start, start + _ROWS_AT_A_TIME) for start in range(0, len(collection), _ROWS_AT_A_TIME))
        return [
            words
            for rows in batches
            for words in parts.shown_words.of(
                collection.items[rows], Encoded(collection.features[rows], collection.embeddings[rows])
            )
        ]

    def titles(self, encoded: Encoded) -> list[str]:
        """Return a title for each image that ``encode`` has encoded, or "" if no name is sure enough.

        Example:
            >>> engine.titles(engine.encoded(engine.collection.row("violin")))
            ['violin']
        """
        return self.parts.shown_words.titles(encoded)
