"""Sort images of the collection into groups of near-duplicates, or into groups by a list of labels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from devise_core.collections.people_apart import people_apart
from devise_core.collections.projection import Projections
from devise_core.errors import QueryError
from devise_core.hits import Hits
from devise_core.search.near_duplicates import near_duplicate_groups
from devise_core.vectors import Rows, rows_given, unit_or_zero
from devise_core.verbs.labels import LabelVerbs
from devise_core.verbs.ranking import RankingVerbs
from devise_core.vision.image_encoder import Encoded

MAX_KEPT_APART = 5_000


class GroupVerbs(RankingVerbs, LabelVerbs):
    """The verbs that sort images without a query."""

    @cached_property
    def maps(self) -> Projections:
        """The maps of the collection, with pictures of people moved away from pictures of apes and monkeys.

        Maps of more than ``MAX_KEPT_APART`` images are returned as they are stored.
        """
        collection, guard = self.collection, self.parts.people_guard
        stored = collection.projections
        if guard is None or not len(collection) or len(collection) > MAX_KEPT_APART:
            return stored
        features = np.asarray(collection.features, dtype=np.float32)
        primates = guard.show_primates(features)
        people = guard.show_people(features) & ~primates
        return people_apart(stored, people, primates, np.asarray(collection.embeddings, dtype=np.float32))

    def near_duplicates(self) -> list[Hits]:
        """Return the images that nearly repeat each other, in groups of two or more, the largest group first.

        Only the first ``MAX_COMPARED`` images of the collection are compared (``search/near_duplicates.py``).

        Returns:
            The images of each group, in the order of the collection. The cosine of each image, from -1 to 1, compares its
            features with those of the first image of the group.

        Example:
            >>> [hit.id for hit in engine.near_duplicates()[0]]
            ['t-poloshirt', 't-tshirt']
        """
        groups: list[Hits] = []
        features = self.collection.features  # read from disk for a large collection
        for rows in near_duplicate_groups(features):
            looks = unit_or_zero(features[rows])
            groups.append(self._hits(np.asarray(rows, dtype=np.int64), looks @ looks[0]))
        return groups

    def typical_first(self, rows: Sequence[int] | Rows) -> Hits:
        """Return images in the order of their similarity to the mean of their embeddings.

        Args:
            rows: The rows of the images in the collection. At least one.

        Returns:
            One hit for each row, the most typical first. Its cosine with the mean is from -1 to 1.

        Raises:
            QueryError: ``rows`` is empty, or a row is not in the collection.
            CollectionError: The vectors that the collection stores are damaged, or were made with another classifier.

        Example:
            >>> rows = [engine.collection.row(item) for item in ("dog", "violin", "cello")]
            >>> [hit.name for hit in engine.typical_first(rows)][-1]
            'dog'
        """
        places = rows_given(rows, len(self.collection))
        if not len(places):
            raise QueryError("Give at least one row.")
        return self.rank(places, self.collection.embeddings[places].mean(axis=0))

    def sort_by_labels(self, labels: Sequence[str], guarded: bool = True) -> dict[str, Hits]:
        """Put each image of the collection into the group of the label that fits it best, by the scores of ``label_encoded``.

        A word such as "people" is not used for an image that surely fits the name of an animal, so that a dog beside its owner is
        a "dog". Apart from this, the label with the highest score wins.

        Args:
            labels: Texts to choose from. The model need not have been trained on them.
            guarded: Whether to exclude labels that could insult a person in an image, as ``label_encoded`` does.

        Returns:
            Label → the images of its group, the best first. The labels are in the order of ``labels``, and labels without an
            image are left out. The empty string comes last, with the images that no label surely fits.

        Raises:
            QueryError: ``labels`` is empty, or a label is not a text.
            UnknownWordError: A label has no known word.

        Example:
            >>> [(label, hits[0].name) for label, hits in engine.sort_by_labels(["music", "vehicle"]).items() if label]
            [('music', 'drum kit'), ('vehicle', 'tank')]
        """
        fit = self._label_fit(labels, Encoded(self.collection.features, self.collection.embeddings), guarded)
        guard = self.parts.people_guard
        animals = np.asarray([guard is not None and guard.is_animal(label) for label in fit.labels], dtype=np.bool_)
        shows_animal = (fit.sure & animals).any(axis=1, keepdims=True)
        scores = np.where(shows_animal & fit.in_general, np.float32(-np.inf), fit.scores)
        best = scores.argmax(axis=1)
        every = np.arange(len(best))
        nearest, cosines = scores[every, best], fit.cosines[every, best]
        group = np.where(fit.sure[every, best], best, len(fit.labels))
        groups: dict[str, Hits] = {}
        for number, name in enumerate((*fit.labels, "")):
            rows = np.flatnonzero(group == number)
            rows = rows[np.argsort(-nearest[rows], kind="stable")]
            if len(rows):
                groups[name] = self._hits(rows, cosines[rows])
        return groups
