"""Whether the labels of images agree with what the classifier sees in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from devise_core.datatypes import Item
from devise_core.search.label_kinds import LabelKinds
from devise_core.text.query import Query
from devise_core.text.sensitive_words import singular_forms
from devise_core.text.tokens import tokens
from devise_core.verbs.evidence import Evidence, EvidenceVerbs

_KEPT = 65_536
"""How many results of ``_speaks_against`` are cached. Images without labels, such as uploads, need none."""


class LabelCheckVerbs(EvidenceVerbs):
    """Decides which matches are announced in a collection with labels.

    Example:
        >>> photos = engine.on("photos")  # the classifier takes a dolphin for a shark
        >>> photos.evidence(photos.query("shark")).sure, photos.matches(photos.query("shark")).sure
        (True, False)
    """

    def _checked_by_labels(self, query: Query, evidence: Evidence) -> Evidence:
        """Remove matches whose labels name other things, such as a fort that the classifier takes for a ship.

        Such an image is not a possible match either. If no good match is left, no match is announced. The order of the images does
        not change. Images with at least the evidence ``CERTAIN`` are kept, and so are images without a label that names a thing.
        A large collection is not checked, because its labels would have to be read.
        """
        kinds, noun = self.parts.label_kinds, query.wanted_noun
        if self._is_large or kinds is None or noun is None or not kinds.is_kind(noun):
            return evidence
        rows = np.flatnonzero(evidence.possible & ~evidence.certain)
        others = [
            row
            for row, item in zip(rows.tolist(), self.collection.items_at(rows), strict=True)
            if item.labels and _speaks_against(kinds, item, noun)
        ]
        good, possible = evidence.good.copy(), evidence.possible.copy()
        good[others] = possible[others] = False
        return replace(evidence, good=good, possible=possible) if good.any() else replace(evidence, near=False)


@lru_cache(_KEPT)
def _speaks_against(kinds: LabelKinds, item: Item, noun: str) -> bool:
    """Return whether the labels of an image name things, but not the thing that ``noun`` names.

    The category of the image counts as a label: "Saturn" is only a name, but the category "planets" is a kind of thing.
    """
    names_things = kinds.names_things((*item.labels, item.category.rpartition("/")[2]))
    return names_things and not kinds.named_by(item.labels, noun) and not _names(item, noun)


def _names(item: Item, noun: str) -> bool:
    """Return whether a label, the caption or the category of an image contains ``noun``, as "sailboat" contains "boat"."""
    wanted = _singular(noun.split())
    return any(
        len(part) == len(wanted) and all(word.endswith(each) for word, each in zip(part, wanted, strict=True))
        for text in (*item.labels, item.caption, item.category.replace("/", " "))
        for part in _runs(_singular(tokens(text)), len(wanted))
    )


def _singular(words: Sequence[str]) -> list[str]:
    return [min(singular_forms(word), key=len) for word in words]


def _runs(words: list[str], length: int) -> Iterator[list[str]]:
    return (words[start : start + length] for start in range(len(words) - length + 1))
