"""What the classifier says about kinds of things.

A kind is a WordNet sense, such as "dog". Its probability is the sum over the ImageNet labels at or below the sense.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from devise_core.vectors import Floats, Rows

DECAY = 0.5
"""A kind's weight relative to the more specific kind one step below."""
SMOOTHING = 1e-3
"""Added to a probability and to its complement, so that the logit of 0 and of 1 is finite."""
FEW_LABELS = 0.25
"""If the kinds include less than this share of the labels, the probabilities of these labels are copied first, because multiplying
those of all labels takes longer."""

KindWeights = Mapping[int, float]
"""Number of a kind → its weight in a score."""


@dataclass(frozen=True)
class KindTable:
    """The kinds that have ImageNet labels at or below them, and the kinds of every noun.

    Attributes:
        members: Whether each label is at or below each kind ``(kinds, labels)``. A query reads a few rows of it.
        synsets: The WordNet offset of each kind, in order ``(kinds,)``.
        starts: Where each noun's entries begin in ``kinds`` and ``weights`` ``(nouns + 1,)``.
        kinds: The numbers of the kinds of all nouns, one noun after another.
        weights: The weights of ``kinds``: 1 for the noun's own sense, times ``DECAY`` for each step up to a more general sense.
    """

    members: npt.NDArray[np.bool_]
    synsets: Rows
    starts: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.int16]
    weights: Floats

    def of_noun(self, row: int) -> KindWeights:
        """Return the kinds of a noun with their weights. There are none if the classifier has no label for the noun.

        Args:
            row: The row of the noun in the noun list.
        """
        entries = slice(int(self.starts[row]), int(self.starts[row + 1]))
        return dict(zip(self.kinds[entries].tolist(), self.weights[entries].astype(float).tolist(), strict=True))

    def of_synset(self, synset: str) -> KindWeights:
        """Return the kind with this WordNet id, such as "n02139199", with weight 1. Empty if there is no such kind."""
        place = int(np.searchsorted(self.synsets, int(synset[1:])))
        return {place: 1.0} if place < len(self.synsets) and self.synsets[place] == int(synset[1:]) else {}

    def of_label(self, synset: str, hypernyms: Mapping[str, int]) -> KindWeights:
        """Return the kinds of an ImageNet label with their weights.

        Args:
            synset: The WordNet id of the label.
            hypernyms: WordNet id above the label → the number of steps up. Ids that are above no noun's sense are left out.
        """
        general = ((self.of_synset(hypernym), steps) for hypernym, steps in hypernyms.items())
        above = {kind: DECAY**steps for kinds, steps in general for kind in kinds if kind in self._general}
        return {**self.of_synset(synset), **above}

    @cached_property
    def _general(self) -> frozenset[int]:
        """The kinds that are above the sense of some noun."""
        return frozenset(self.kinds[self.weights < 1].tolist())

    def logits(self, shares: Floats, kinds: Sequence[int]) -> Floats:
        """Return the log odds of some kinds in every image.

        Args:
            shares: The probability of each label ``(n, labels)``.
            kinds: The numbers of the kinds.

        Returns:
            The log odds ``(n, len(kinds))``.
        """
        members = self.members[kinds]
        labels = np.flatnonzero(members.any(axis=0))
        if len(labels) < FEW_LABELS * members.shape[1]:
            shares, members = shares[:, labels], members[:, labels]
        sums = np.clip(shares @ members.T.astype(np.float32), 0, 1)
        return np.asarray(np.log((sums + SMOOTHING) / (1 - sums + SMOOTHING)), dtype=np.float32)
