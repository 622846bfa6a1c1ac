"""Sort the images of a collection into albums of similar images, each with a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.collections.group_naming import WELL_COVERED, Words, name_groups, only_words, show_people
from devise_core.search.naming_table import Flags
from devise_core.search.shown_words import PERSON_WORD, SHOWN
from devise_core.text.thing_words import is_animal
from devise_core.vectors import Floats, Rows

APART = 0.5
"""Two groups are joined while the mean cosine distance between their images is below this."""
FEWEST = 2
"""An album has at least this many images."""
FEWEST_OF_PEOPLE = 3
"""A group of images of people needs this many for an album named after a thing. Smaller groups go into the album "people"."""


@dataclass(frozen=True)
class Album:
    """An album of similar images.

    Attributes:
        name: One or two words for what the images show. "" for the images that fit no album.
        rows: The rows of the images in the collection.
    """

    name: str
    rows: tuple[int, ...]


def albums(embeddings: Floats, shown: Sequence[Words], in_none: Flags | None = None) -> list[Album]:
    """Return the albums, the largest first. Images without an album come last, together.

    Images that show people are never in an album with images that do not. A boy with a ball may be similar to dogs with a ball,
    and must not be in the album "dog".

    Args:
        embeddings: Unit rows ``(n, d)``. A few hundred at most, because all pairs are compared.
        shown: The words of each image, as ``Engine.shown_words`` returns them.
        in_none: Which images must be in no album ``(n,)``, such as images that may or may not show people. None for no image.
    """
    if len(embeddings) < FEWEST:
        return [Album("", tuple(range(len(embeddings))))] if len(embeddings) else []
    people = show_people(shown)
    groups = _groups(embeddings)
    groups[people] += groups.max()
    if in_none is not None:
        groups[in_none] = groups.max() + np.arange(1, in_none.sum() + 1)  # each in a group of its own
        people &= ~in_none
    words_of_things = [
        only_words(words, _names_a_thing) if is_person else words for words, is_person in zip(shown, people, strict=True)
    ]
    rows_of: dict[str, list[int]] = {}
    for group, name in zip(sorted(set(groups.tolist())), name_groups(words_of_things, groups), strict=True):
        rows = np.flatnonzero(groups == group).tolist()
        if not people[rows[0]]:
            album = name if len(rows) >= FEWEST else ""
        elif len(rows) >= FEWEST_OF_PEOPLE and np.mean([shown[row].get(name, 0.0) >= SHOWN for row in rows]) >= WELL_COVERED:
            album = name
        else:
            album = PERSON_WORD
        rows_of.setdefault(album, []).extend(rows)
    if 0 < len(rows_of.get(PERSON_WORD, [])) < FEWEST:
        rows_of.setdefault("", []).extend(rows_of.pop(PERSON_WORD))
    others = rows_of.pop("", [])
    named = sorted((Album(name, tuple(sorted(rows))) for name, rows in rows_of.items()), key=lambda album: -len(album.rows))
    return [*named, Album("", tuple(sorted(others)))] if others else named


def _groups(embeddings: Floats) -> Rows:
    """Return the number of each image's group of similar images ``(n,)``, from 1."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distances = np.clip(1 - embeddings @ embeddings.T, 0, 2)
    np.fill_diagonal(distances, 0)
    return np.asarray(fcluster(linkage(squareform(distances, checks=False), "average"), APART, "distance"), dtype=np.int64)


def _names_a_thing(word: str) -> bool:
    """Return whether a word may name images of people."""
    return word != PERSON_WORD and not is_animal(word)
