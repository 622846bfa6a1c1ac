"""Paths: walk from one word to another, with an image for each word that an image matches well."""

from __future__ import annotations

import numpy as np

from devise_core.datatypes import Hit
from devise_core.search.naming_table import Flags
from devise_core.text.interpolation import Candidates, PathStep, chosen_images, word_path
from devise_core.text.person_words import means_people
from devise_core.vectors import Rows
from devise_core.verbs.captions import CaptionVerbs
from devise_core.verbs.matches import MatchVerbs

ANIMAL_POSSIBLE = 0.05
"""An image that shows an animal with at least this probability is not shown beside a word for people."""


class PathVerbs(MatchVerbs, CaptionVerbs):
    """The verb that walks from one word to another."""

    def word_path(self, start: str, end: str, steps: int = 5) -> list[tuple[PathStep, Hit | None]]:
        """Walk from one word to another, with the nearest word at each step and an image of it.

        Args:
            start: The first word.
            end: The last word.
            steps: How many steps between them, from 1 to 20.

        Returns:
            The steps, both ends included, each with an image that no other step has. The image has the word as a label, or is
            one that a search for the word announces as a good match, and its cosine with the step is above 0. A step without such
            an image has None. A word for people never has an image of an animal.

        Raises:
            QueryError: The words have the same or opposite vectors, or ``steps`` is out of range.
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
        """Return the rows of the images that may be shown at a step and their cosines with it, the best for its word first.

        They are the images with the word as a label, and those that a search would announce as good matches, without those that are
        unlike the step.
        """
        word = step.word.word
        query = self.query(word)
        matches = self.matches(query)
        labelled = [hit.row for hit in self.found_by_caption(query) if word.lower() in map(str.lower, hit.labels)]
        announced = matches.strong().rows.tolist() if matches.sure else []
        rows = np.asarray(list(dict.fromkeys(labelled + announced)), dtype=np.int64)
        if len(rows) and means_people(word):
            rows = rows[~self._may_show_animals(rows)]
        if not len(rows):
            return rows, np.empty(0, dtype=np.float32)
        cosines = self.collection.vector_rows("semantic")[rows] @ step.vector
        similar = cosines > 0
        return rows[similar], cosines[similar]

    def _may_show_animals(self, rows: Rows) -> Flags:
        """Return which images may show an animal ``(n,)``, by the classifier or by a label. All may if the model names none."""
        namer = self.parts.namer
        if namer is None:
            return np.ones(len(rows), dtype=np.bool_)
        shares = namer.animal_shares(self.collection.vector_rows("visual")[rows])
        labelled = [
            any(not namer.animals.isdisjoint((label.lower(), label.lower().rpartition(" ")[2])) for label in item.labels)
            for item in self.collection.items_at(rows)
        ]
        return np.asarray((shares >= ANIMAL_POSSIBLE) | labelled, dtype=np.bool_)
