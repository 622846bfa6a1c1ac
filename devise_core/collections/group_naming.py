"""Name groups of images by words that their images show, for the map and for albums."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from devise_core.search.shown_words import PERSON_WORD, SHOWN
from devise_core.text.morphology import QUALITIES
from devise_core.text.thing_words import is_animal, is_thing

LEAST_COVERED = 0.3
"""A word can name a group alone if it covers at least this share of the group. The share that a word covers is the mean, over the
images, of how sure it is that they show the word."""
WELL_COVERED = 0.6
"""If the first word covers less than this share of the group, a second word is added where one fits."""
LEAST_ADDED = 0.2
"""The second word must cover at least this share of the group, not counting images that show the first word."""
MIN_IMAGES, SMALL = 2, 4
"""At least ``MIN_IMAGES`` images of a group must show the word that names the group. In a group of at most ``SMALL`` images, one
image is enough if no other word fits."""

PEOPLE_BESIDE = 0.1
"""If more than this share of a group's images show people, the group is not named after an animal. On the maps of the bundled
collections, this rule removed the names of 3 of the 95 small groups and of none of the 22 large groups. One removed name was
"ape and monkey", for a group in which one of five images shows a person."""

_QUALITIES = QUALITIES | {"aquatic"}
"""Words that do not name groups, although some of them are also nouns."""

Words = Mapping[str, float]
"""Word → how sure it is that an image shows the word, from 0 to 1, as ``ShownWords`` returns it."""


def name_groups(shown: Sequence[Words], groups: npt.NDArray[np.integer]) -> list[str]:
    """Name each of the groups, in the order of their numbers.

    A group is named after the word that is most frequent in the group compared with the other images of the collection. If that
    word covers few images, the word that covers most of the remaining images is added, as in "hammer and pliers".

    Args:
        shown: The words of each image.
        groups: The number of each image's group ``(n,)``.

    Returns:
        The names in that order, all different. A group that no word fits has an empty name.
    """
    rows_of: dict[int, list[int]] = {}
    for row, group in enumerate(groups.tolist()):
        rows_of.setdefault(group, []).append(row)
    everywhere, names = _totals(shown), dict[int, str]()
    for group in sorted(rows_of, key=lambda number: (-len(rows_of[number]), number)):
        inside = _Group([shown[row] for row in rows_of[group]], everywhere, len(shown))
        names[group] = inside.name(set(names.values()))
    return [names[group] for group in sorted(names)]


def name_by_things(shown: Sequence[Words], groups: npt.NDArray[np.integer]) -> list[str]:
    """Name groups as ``name_groups`` does, but only after things, animals and people where possible.

    If no image of a group shows a known thing, the group is named after another word, such as its category, but never after a
    colour or another quality. A group with a share of people above ``PEOPLE_BESIDE`` is not named after an animal.

    Args:
        shown: The words of each image.
        groups: The number of each image's group ``(n,)``.

    Returns:
        The names in that order, all different. A group that no word fits has an empty name.
    """
    shown = _without_animals_beside_people(shown, groups)
    names = name_groups([only_words(words, is_name_of_things) for words in shown], groups)
    others = name_groups([only_words(words, lambda word: word not in _QUALITIES) for words in shown], groups)
    known = {int(group) for words, group in zip(shown, groups, strict=True) if only_words(words, is_name_of_things)}
    numbers = sorted(set(groups.tolist()))
    return [name or ("" if group in known else other) for group, name, other in zip(numbers, names, others, strict=True)]


def is_name_of_things(word: str) -> bool:
    """Return whether a word names a thing, an animal or people, and not a colour, a season or a feeling."""
    return word == PERSON_WORD or (is_thing(word) and word not in _QUALITIES)


def only_words(words: Words, is_kept: Callable[[str], bool]) -> Words:
    """Return the words for which ``is_kept`` returns True."""
    return {word: share for word, share in words.items() if is_kept(word)}


def show_people(shown: Sequence[Words]) -> npt.NDArray[np.bool_]:
    """Return which images show people ``(n,)``, from the words of each."""
    return np.asarray([words.get(PERSON_WORD, 0.0) >= SHOWN for words in shown], dtype=np.bool_)


def _without_animals_beside_people(shown: Sequence[Words], groups: npt.NDArray[np.integer]) -> list[Words]:
    people = show_people(shown)
    with_people = {group for group in set(groups.tolist()) if people[groups == group].mean() > PEOPLE_BESIDE}
    return [
        only_words(words, lambda word: not is_animal(word)) if group in with_people else words
        for words, group in zip(shown, groups.tolist(), strict=True)
    ]


class _Group:
    """The images of one group. ``everywhere`` sums each word over the whole collection, which has ``count`` images."""

    def __init__(self, images: Sequence[Words], everywhere: Mapping[str, float], count: int) -> None:
        self._images, self._everywhere, self._count = images, everywhere, count

    def name(self, used: set[str]) -> str:
        """Return the best name that is not in ``used``, or "" if there is none."""
        for needed in (MIN_IMAGES, 1) if len(self._images) <= SMALL else (MIN_IMAGES,):
            ranked = self._ranked(self._images, needed)
            single = (word for word, covered in ranked if covered >= WELL_COVERED)
            pairs = (pair for first, covered in ranked for pair in self._pairs(first, covered, needed))
            if name := next((name for name in chain(single, pairs) if name not in used), ""):
                return name
        return ""

    def _pairs(self, first: str, covered: float, needed: int) -> Iterator[str]:
        """Yield possible names, the best first: ``first`` with a word that covers most of the remaining images, or ``first`` alone.

        "people" is not joined with another word, because "people and dam" does not say what the images have in common.
        """
        rest = [words for words in self._images if words.get(first, 0.0) < SHOWN]
        share_of_rest = len(rest) / len(self._images)
        seconds = [
            word
            for word, share in self._ranked(rest, needed)
            if share * share_of_rest >= LEAST_ADDED
            and PERSON_WORD not in (first, word)
            and not set(word.split()) & set(first.split())
        ]
        kinds = [word for word in seconds if self._is_kind(first, word)]
        yield from kinds[:1]  # "vehicle" rather than "truck and vehicle", unless another group has that name
        yield from [f"{first} and {word}" for word in seconds if word not in kinds][:1]
        if covered >= LEAST_COVERED:
            yield first
        yield from [f"{first} and {word}" for word in kinds][:1]

    def _is_kind(self, word: str, other: str) -> bool:
        """Return whether all images of the group that show ``word`` also show ``other``, such as "truck" and "vehicle"."""
        return all(words.get(other, 0.0) >= SHOWN for words in self._images if words.get(word, 0.0) >= SHOWN)

    def _ranked(self, images: Sequence[Words], needed: int) -> list[tuple[str, float]]:
        """Return the words that at least ``needed`` of the images show, each with the share of ``images`` that the word covers.

        The words are sorted by how much this share exceeds the share of the rest of the collection that the word covers. A
        word is left out if it covers no larger share of ``images`` than of the rest.
        """
        totals, outside = _totals(images), max(self._count - len(images), 1)
        clear = Counter(word for words in images for word, share in words.items() if share >= SHOWN)
        ranked = [
            (total / len(images) - (self._everywhere[word] - total) / outside, total / len(images), word)
            for word, total in totals.items()
            if clear[word] >= needed
        ]
        return [(word, covered) for apart, covered, word in sorted(ranked, key=lambda each: (-each[0], each[2])) if apart > 0]


def _totals(shown: Iterable[Words]) -> dict[str, float]:
    totals: dict[str, float] = defaultdict(float)
    for words in shown:
        for word, share in words.items():
            totals[word] += share
    return totals
