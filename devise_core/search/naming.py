"""Name an image with everyday nouns, add more specific names, and exclude names that could insult people.

A line is a row of the naming table: a word in one sense. The score of a line adds up what the embedding, the classifier and the
trained head (``image_vectors.py``) say, with a small preference for familiar words. The weights were chosen on images of
Caltech-101, Pascal Sentences and the ImageNet samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from devise_core.datatypes import WordHit
from devise_core.search.class_shares import LabelSoftmax, check_features, feature_roots
from devise_core.search.image_concepts import ImageConcepts
from devise_core.search.naming_table import NO_LINE, Flags, NamingTable
from devise_core.text.word_filter import ALLOW_ALL, WordFilter
from devise_core.vectors import Floats, Rows, unit_or_zero
from devise_core.vision.image_encoder import Encoded

CONCEPT_WEIGHT, PRIOR_WEIGHT, EVERYDAY_WEIGHT, OWN_WEIGHT = 0.6, 0.03, 1.0, 0.15
SPECIFIC_SHARE = 0.3
"""A label that WordNet places below the first name is offered as a more specific name if it has at least this probability. On a
third of the ImageNet samples, 96 of the 100 offered names are right. With a threshold of 0.1, 110 of 139 are right."""
SORTED_FIRST = 64
"""The number of best lines that are sorted first. The remaining lines are only sorted if they are needed."""
PERSON = "person"
PERSON_LINE = -1
PERSON_SURE, PERSON_LIKELY = 0.8, 0.5
"""If an image shows a person with at least the first probability, "person" is its first name. With at least the second, "person" is
its third name or earlier. 0.5% of the images without people reach the first probability, and 6.8% the second (flickr8k-1000)."""
PERSON_POSSIBLE, PERSON_REMOTE = 0.15, 0.05
"""If an image shows a person with at least the first probability, names of animals and of ``naming_guards.WITH_PEOPLE`` need a sure
classifier. With at least the second probability, names of primates need one."""
SURE, PRIMATE_SURE = 0.5, 0.8
"""The classifier is sure if the labels below a guarded name have at least the first probability, or those below the primates the
second. In an image that surely shows a person (``PERSON_SURE``), animals need the second probability too."""


@dataclass(frozen=True)
class Names:
    """What an image shows.

    Attributes:
        hits: The names, the best first, with their scores.
        specific: More specific names, such as "king penguin" for "penguin", with their probabilities as scores. Names with a
            probability below ``SPECIFIC_SHARE`` are left out.
        lines: The rows of ``hits`` in the naming table. The row of "person" is ``PERSON_LINE``.
        shares: The probability of each of ``hits``. ``confidence.py`` puts it into words.
    """

    hits: tuple[WordHit, ...]
    specific: tuple[WordHit, ...]
    lines: tuple[int, ...]
    shares: tuple[float, ...] = ()


@dataclass(frozen=True)
class _Seen:
    """Probabilities for ``n`` images.

    ``classes`` is the classifier's softmax, ``mixed`` its mean with the head's softmax: ``(n, labels)``. ``person`` is ``(n,)``.
    """

    classes: Floats
    mixed: Floats
    person: Floats


class Namer:
    """Names images with the words of a naming table.

    Args:
        table: The words.
        classifier: The softmax of the untrained classifier.
        head: The softmax of the trained head, or None to use the classifier alone.
        image_concepts: Gives images their vectors in the concept space (``image_concepts.py``), or None to score without them.
        person: The weights of the person signal, with the bias last ``(f + 1,)``, or None to leave people out.
        person_vector: The unit vector ``(d,)`` of the word "person".
        word_filter: Blocks words that must not name an image. ``build naming`` already leaves out those of the bundled list.
    """

    def __init__(
        self,
        table: NamingTable,
        classifier: LabelSoftmax,
        head: LabelSoftmax | None = None,
        image_concepts: ImageConcepts | None = None,
        person: Floats | None = None,
        person_vector: Floats | None = None,
        word_filter: WordFilter = ALLOW_ALL,
    ) -> None:
        self.table, self._classifier, self._head, self._image_concepts = table, classifier, head, image_concepts
        self._person, self._person_vector, self._word_filter = person, person_vector, word_filter
        self.has_person_signal = person is not None
        self._animal_labels, self._primate_labels = table.labels_of("a"), table.labels_of("p")
        self._group = {flag: table.flagged(flag) for flag in "apgw"}
        self._everyday = table.everyday_line != NO_LINE, table.everyday_line[table.everyday_line != NO_LINE]
        self._label_lines = frozenset(table.own_line.tolist())
        self._own = table.own_line != NO_LINE, table.own_line[table.own_line != NO_LINE]

    def person_shares(self, features: Floats) -> Floats:
        """Return the probability ``(n,)`` that each image shows a person, from features ``(n, f)``.

        The probability is 0 if the namer has no person signal.
        """
        if self._person is None:
            return np.zeros(len(features), dtype=np.float32)
        check_features(features, len(self._person) - 1)
        return np.asarray(1 / (1 + np.exp(-(feature_roots(features) @ self._person[:-1] + self._person[-1]))), dtype=np.float32)

    @cached_property
    def animals(self) -> frozenset[str]:
        """The words for animals."""
        return frozenset(self.table.words[line] for line in np.flatnonzero(self._group["a"]))

    def shares(self, features: Floats) -> tuple[Floats, Floats]:
        """Return the classifier's softmax and its mean with the head's softmax, both ``(n, labels)``, from features ``(n, f)``."""
        classes = self._classifier.shares(features)
        if self._head is None:
            return classes, classes
        return classes, np.asarray((classes + self._head.shares(features)) / 2, dtype=np.float32)

    def allowed(self, features: Floats) -> Flags:
        """Return which lines may name which image ``(n, lines)``, from features ``(n, f)``."""
        return ~self._excluded(self._seen(features))

    def scores(self, encoded: Encoded, guarded: bool = True) -> Floats:
        """Score every line for every image.

        Args:
            encoded: ``n`` images.
            guarded: Whether to exclude names that could insult a person in the image.

        Returns:
            ``(n, lines)``. Higher is better. Excluded lines have minus infinity.
        """
        return self._scores(encoded, self._seen(encoded.features), guarded)

    def name(self, encoded: Encoded, k: int) -> list[Names]:
        """Return the ``k`` best names of each image, and its more specific names."""
        seen = self._seen(encoded.features)
        scores = self._scores(encoded, seen, guarded=True)
        return [
            self._names(scores[row], seen.mixed[row], float(seen.person[row]), encoded.embeddings[row], k)
            for row in range(len(scores))
        ]

    def _seen(self, features: Floats) -> _Seen:
        classes, mixed = self.shares(features)
        return _Seen(classes, mixed, self.person_shares(features))

    def _scores(self, encoded: Encoded, seen: _Seen, guarded: bool) -> Floats:
        mixed = seen.mixed
        scores = encoded.embeddings @ self.table.vectors.T + PRIOR_WEIGHT * self.table.prior
        if self.table.concepts is not None and self._image_concepts is not None:
            images = unit_or_zero(self._image_concepts.of(encoded.features, mixed))
            scores += CONCEPT_WEIGHT * (images @ self.table.concepts.T)
        scores += EVERYDAY_WEIGHT * np.sqrt(self._summed(mixed, *self._everyday))
        scores += OWN_WEIGHT * np.sqrt(self._summed(mixed, *self._own))
        if guarded:
            scores[self._excluded(seen)] = -np.inf
        return scores

    def _names(self, scores: Floats, shares: Floats, person: float, embedding: Floats, k: int) -> Names:
        lines = self._best_lines(scores, k)
        if person >= PERSON_LIKELY and self._word_filter.allows(PERSON):
            lines.insert(0 if person >= PERSON_SURE else min(2, len(lines)), PERSON_LINE)
        hits = [
            WordHit(PERSON, self._person_cosine(embedding), person)
            if line == PERSON_LINE
            else WordHit(self.table.words[line], float(embedding @ self.table.vectors[line]), float(scores[line]))
            for line in lines[:k]
        ]
        probabilities = [person if line == PERSON_LINE else float(shares[self.table.below[line]].sum()) for line in lines[:k]]
        specific = self._specific(lines[0], scores, shares, embedding) if lines else []
        return Names(tuple(hits), tuple(specific), tuple(lines[:k]), tuple(probabilities))

    def _best_lines(self, scores: Floats, k: int) -> list[int]:
        """Return the first ``k`` lines with different words and senses.

        "tree squirrel" adds nothing after "squirrel", so it is left out. If several words have one sense, only the best is kept.
        """
        lines: dict[str, int] = {}
        senses: set[str] = set()
        for line in _descending(scores):
            if len(lines) == k or scores[line] == -np.inf:
                break
            word = self.table.words[line]
            first, _, head = word.rpartition(" ")
            repeated = first and head in lines and line not in self._label_lines
            if self._word_filter.allows(word) and not repeated and self.table.synsets[line] not in senses:
                lines.setdefault(word, int(line))
                senses.add(self.table.synsets[line])
        return list(lines.values())

    def _specific(self, first: int, scores: Floats, shares: Floats, embedding: Floats) -> list[WordHit]:
        """Return the likely labels at or below the sense of the ``first`` name, the likeliest first. None for names of people."""
        if first == PERSON_LINE or self.table.is_person(first):
            return []
        hits, below = [], self.table.below[first]
        for label in below[np.argsort(-shares[below], kind="stable")]:
            line = self.table.own_line[label]
            if shares[label] < SPECIFIC_SHARE or line in (NO_LINE, first) or not self._word_filter.allows(self.table.words[line]):
                continue
            if scores[line] > -np.inf:
                hits.append(WordHit(self.table.words[line], float(embedding @ self.table.vectors[line]), float(shares[label])))
        return hits

    def _person_cosine(self, embedding: Floats) -> float:
        return 0.0 if self._person_vector is None else float(embedding @ self._person_vector)

    def _summed(self, shares: Floats, labels: Flags, lines: Rows) -> Floats:
        """Return for each image and line the sum of the probabilities of the line's labels ``(n, lines)``."""
        sums = np.zeros((len(self.table), len(shares)), dtype=np.float32)
        np.add.at(sums, lines, shares.T[labels])
        return sums.T

    def _excluded(self, seen: _Seen) -> Flags:
        """Return which lines must not name which image ``(n, lines)``."""
        classes, person = seen.classes, seen.person
        excluded = np.zeros((len(classes), len(self.table)), dtype=np.bool_)
        possible, remote = person >= PERSON_POSSIBLE, person >= PERSON_REMOTE
        animal = possible & (classes[:, self._animal_labels].sum(axis=1) < np.where(person < PERSON_SURE, SURE, PRIMATE_SURE))
        primate = remote & (classes[:, self._primate_labels].sum(axis=1) < PRIMATE_SURE)
        excluded |= animal[:, None] & self._group["a"]
        excluded |= primate[:, None] & self._group["p"]
        lines, below = self._guarded_below
        unsure = classes @ below.T.astype(np.float32) < SURE  # (n, guarded lines)
        excluded[:, lines] |= unsure & (self._group["g"][lines] | possible[:, None])
        return excluded

    @cached_property
    def _guarded_below(self) -> tuple[Rows, Flags]:
        """The lines that need a sure classifier, and which labels are at or below each of these lines ``(lines, labels)``."""
        lines = np.flatnonzero(self._group["g"] | self._group["w"])
        below = np.zeros((len(lines), len(self.table.own_line)), dtype=np.bool_)
        for row, line in enumerate(lines):
            below[row, self.table.below[line]] = True
        return lines, below


def _descending(scores: Floats) -> Iterator[int]:
    """Yield the rows of ``scores`` ``(n,)``, the highest first. Sorting all of them takes long and is rarely necessary."""
    lowest = -np.inf if len(scores) <= SORTED_FIRST else np.partition(scores, -SORTED_FIRST)[-SORTED_FIRST]
    for rows in (np.flatnonzero(scores >= lowest), np.flatnonzero(scores < lowest)):
        yield from rows[np.argsort(-scores[rows], kind="stable")].tolist()
