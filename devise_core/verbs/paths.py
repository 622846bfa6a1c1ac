"""Find a path from one word to another, with an image for each word that an image matches well."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from devise_core.datatypes import Hit
from devise_core.errors import ArtifactError
from devise_core.text.interpolation import Candidates, PathStep, chosen_images, word_path
from devise_core.verbs.captions import CaptionVerbs
from devise_core.verbs.matches import MatchVerbs


class PathVerbs(MatchVerbs, CaptionVerbs):
    """The verb that finds a path from one word to another."""

    def word_path(self, start: str, end: str, steps: int = 5) -> list[tuple[PathStep, Hit | None]]:
        """Find a path from one thing to another, with a word for a thing at each step and an image of that thing.

        Args:
            start: The first word. It must mean a thing or an animal, but not people, a place, a weapon or a place of worship.
            end: The last word. The condition is the same as for ``start``.
            steps: How many steps between them, from 1 to 20.

        Returns:
            The steps, including both ends, each with an image that no other step has. The image has the word of the step as a
            label, or a search for the word announces the image as a good match. The cosine of the image with the step is above 0.
            A step without such an image has None.

        Raises:
            QueryError: A word does not mean a thing, the words have the same or opposite vectors, or ``steps`` is out of range.
            UnknownWordError: A word is not in the vocabulary.
            NoVocabularyError: The model has no vocabulary.

        Example:
            >>> path = engine.word_path("dog", "cello", steps=3)
            >>> [step.word.word for step, hit in path]
            ['dog', 'cat', 'piano', 'violin', 'cello']
            >>> [hit.name if hit else None for step, hit in path]
            ['dog', None, None, 'violin', 'cello']
        """
        path = word_path(self.text, self._known_words(), start, end, steps)
        images = chosen_images([self._candidates(step) for step in path])
        return [(step, self.collection.hit(*image) if image else None) for step, image in zip(path, images, strict=True)]

    def _candidates(self, step: PathStep) -> Candidates:
        """Return the rows of the images that may be shown at a step, the best for its word first, and their cosines with the step.

        These images have the word as a label, or a search for the word announces them as good matches. Images with a cosine of 0
        or less are left out.
        """
        word = step.word.word
        query = self.query(word)
        matches = self.matches(query)
        described: list[Hit] = []
        with suppress(ArtifactError):  # if the file of captions is damaged, the announced images are still found
            described = self.found_by_caption(query)
        labelled = [hit.row for hit in described if word.lower() in map(str.lower, hit.labels)]
        announced = matches.strong().rows.tolist() if matches.sure else []
        rows = np.asarray(list(dict.fromkeys(labelled + announced)), dtype=np.int64)
        if not len(rows):
            return rows, np.empty(0, dtype=np.float32)
        cosines = self.collection.vector_rows("semantic")[rows] @ step.vector
        similar = cosines > 0
        return rows[similar], cosines[similar]
