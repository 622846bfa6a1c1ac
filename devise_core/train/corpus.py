"""What a run learns from: pictures, the class of each, and where the classes stand among words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devise_core.datasets import readers, splits
from devise_core.datasets.readers import AnnotatedImage
from devise_core.errors import BuildError, QueryError, UnknownWordError
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import Floats, Rows, unit

KNOWN: Mapping[str, Callable[[Path], list[AnnotatedImage]]] = {
    "pascal-sentences": readers.pascal_sentences,
    "caltech-101": readers.caltech_101,
}
"""Data sets whose folder has a layout of its own, by its name; any other has one sub-folder a class."""


@dataclass(frozen=True)
class Corpus:
    """Pictures, the class ``(n,)`` of each, the ``names`` of the classes and their unit ``vectors`` ``(c, d)``."""

    pictures: Sequence[AnnotatedImage]
    classes: Rows
    names: Sequence[str]
    vectors: Floats

    def of(self, places: Sequence[int]) -> Corpus:
        """Some of the pictures, with the classes that these have."""
        left, classes = np.unique(self.classes[list(places)], return_inverse=True)
        return Corpus([self.pictures[place] for place in places], classes, [self.names[row] for row in left], self.vectors[left])


def read_pictures(root: Path) -> list[AnnotatedImage]:
    """The labelled pictures of a known data set or of a folder with one sub-folder a class. Raises ``BuildError``."""
    return KNOWN.get(root.resolve().name, readers.by_folder)(root)


def training_part(found: Sequence[AnnotatedImage], split: str) -> list[AnnotatedImage]:
    """``all``; ``seed``, the nine tenths of ``splits.seed_split``; ``seen``, two thirds of each class but of the zero-shot ones."""
    labels, kept = [picture.label for picture in found], np.ones(len(found), dtype=bool)
    if split == "seed":
        kept = splits.seed_split(len(found))
    elif split == "seen":
        kept = splits.two_thirds_of_each_class(labels) & ~splits.zero_shot(labels)
    return [picture for picture, keep in zip(found, kept, strict=True) if keep]


def corpus_of(chosen: Sequence[AnnotatedImage], text: WordVectorEncoder, targets: str) -> Corpus:
    """Raises ``BuildError`` where there are fewer than two classes, or a class that no word knows."""
    labels = [picture.label for picture in chosen]
    names = sorted(set(labels))
    if len(names) < 2:
        raise BuildError(
            f"There is one class alone ({', '.join(names)}): give a folder with at least two sub-folders of pictures, "
            "as a class is learned by what it is not."
        )
    place = {name: row for row, name in enumerate(names)}
    classes = np.asarray([place[label] for label in labels], dtype=np.int64)
    return Corpus(chosen, classes, names, label_vectors(names, text, targets))


def label_vectors(names: Sequence[str], text: WordVectorEncoder, targets: str) -> Floats:
    """Unit rows ``(c, d)``: where a query for each name stands (``text``), or the mean of its words' vectors (``raw``).

    Raises ``BuildError`` that lists every name of which no word is known, with its nearest spellings.
    """
    rows, unknown = [], []
    for name in names:
        try:
            rows.append(raw_vector(name, text) if targets == "raw" else text.embed(name))
        except UnknownWordError as error:
            near = [spelling for found in error.suggestions.values() for spelling in found[:2]]
            unknown.append(f"“{name}”" + (f" ({' or '.join(near)}?)" if near else ""))
        except QueryError:
            unknown.append(f"“{name}”")
    if unknown:
        raise BuildError(
            f"No word vector for the classes {', '.join(unknown)}: name their folders by English words, take the "
            "folders away, or give other word vectors with --words."
        )
    return np.stack(rows)


def raw_vector(name: str, text: WordVectorEncoder) -> Floats:
    """The mean of the vectors of the known words of ``name`` as they were trained, at length 1: how the seed placed a class."""
    known, unknown = text.phrases.known(name)
    if not known:
        raise UnknownWordError({word: text.words.spellings(word) for word in unknown or [name]})
    return unit(text.words.raw([row for _, row in known]).mean(axis=0))


def part_known(names: Sequence[str], text: WordVectorEncoder) -> list[str]:
    """The names of which one word is known and another is not."""
    return [name for name in names if all(text.phrases.known(name))]


def validation_part(classes: Rows, share: float, seed: int) -> splits.Mask:
    """At random ``share`` of each class's pictures, rounded up, but never its last one."""
    rng, kept = np.random.default_rng(seed), np.zeros(len(classes), dtype=bool)
    for each in range(int(classes.max()) + 1):
        rows = np.flatnonzero(classes == each)
        kept[rng.permutation(rows)[: min(int(np.ceil(share * len(rows))), len(rows) - 1)]] = True
    return kept


def caption_vectors(picture: AnnotatedImage, text: WordVectorEncoder) -> list[Floats]:
    """A unit vector ``(d,)`` of each caption of which a word is known."""
    found = []
    for caption in picture.captions:
        try:
            found.append(text.embed(caption))
        except (UnknownWordError, QueryError):
            continue  # one caption of Pascal Sentences is a single letter
    return found
