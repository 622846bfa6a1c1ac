"""The training data of a run: images, the class of each image, and the vectors of the classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devise_core.datasets import readers, splits
from devise_core.datasets.readers import AnnotatedImage
from devise_core.errors import BuildError, QueryError, UnknownWordError
from devise_core.text.text_encoder import TextEncoder
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import Floats, Rows, unit

DATA_SETS: Mapping[str, Callable[[Path], list[AnnotatedImage]]] = {
    "pascal-sentences": readers.pascal_sentences,
    "caltech-101": readers.caltech_101,
}
"""The readers of data sets with a special folder layout, by folder name. Any other folder must have one sub-folder per class."""


@dataclass(frozen=True)
class Corpus:
    """Images with their classes.

    Attributes:
        images: The images.
        classes: The class ``(n,)`` of each image, as a row number of ``names`` and ``vectors``.
        names: The names of the classes.
        vectors: The vectors of the classes, unit rows ``(classes, d)``.
    """

    images: Sequence[AnnotatedImage]
    classes: Rows
    names: Sequence[str]
    vectors: Floats

    def subset(self, rows: Sequence[int]) -> Corpus:
        """Return a corpus of the images in ``rows``. It has only the classes of these images."""
        left, classes = np.unique(self.classes[list(rows)], return_inverse=True)
        return Corpus([self.images[row] for row in rows], classes, [self.names[row] for row in left], self.vectors[left])


def read_images(root: Path) -> list[AnnotatedImage]:
    """Read the labelled images of a data set, or of a folder with one sub-folder per class.

    Raises:
        BuildError: There is no such folder, or the folder holds no images.
    """
    return DATA_SETS.get(root.resolve().name, readers.by_folder)(root)


def training_part(images: Sequence[AnnotatedImage], split: str) -> list[AnnotatedImage]:
    """Return the images to train on.

    Args:
        images: All images.
        split: ``all`` for all images; ``seed`` for the nine tenths that ``splits.seed_split`` selects; ``seen`` for two thirds
            of each class, but no image of the classes kept for zero-shot tests.
    """
    labels, kept = [image.label for image in images], np.ones(len(images), dtype=bool)
    if split == "seed":
        kept = splits.seed_split(len(images))
    elif split == "seen":
        kept = splits.two_thirds_of_each_class(labels) & ~splits.zero_shot(labels)
    return splits.select(images, kept)


def corpus_of(images: Sequence[AnnotatedImage], text: WordVectorEncoder, targets: str) -> Corpus:
    """Return the corpus of ``images``, with a vector for each class.

    Args:
        images: The images to train on.
        text: The encoder that gives the vectors.
        targets: How to compute the vectors, ``text`` or ``raw`` (see ``label_vectors``).

    Raises:
        BuildError: There are fewer than two classes, or the name of a class has no known word.
    """
    labels = [image.label for image in images]
    names = sorted(set(labels))
    if len(names) < 2:
        raise BuildError(
            f"There is only one class ({', '.join(names)}), but a class is learned by its difference from others. Give a folder "
            "with at least two sub-folders of images."
        )
    rows = {name: row for row, name in enumerate(names)}
    classes = np.asarray([rows[label] for label in labels], dtype=np.int64)
    return Corpus(images, classes, names, label_vectors(names, text, targets))


def label_vectors(names: Sequence[str], text: WordVectorEncoder, targets: str) -> Floats:
    """Return the vectors of class names, unit rows ``(classes, d)``.

    Args:
        names: The class names.
        text: The encoder that gives the vectors.
        targets: ``text`` to embed a name as a query, ``raw`` to use ``raw_vector``.

    Raises:
        BuildError: Some names have no known word. The message lists them with their nearest spellings.
    """
    rows, unknown = [], []
    for name in names:
        try:
            rows.append(raw_vector(name, text) if targets == "raw" else text.embed(name))
        except UnknownWordError as error:
            nearest = [spelling for spellings in error.suggestions.values() for spelling in spellings[:2]]
            unknown.append(f"“{name}”" + (f" ({' or '.join(nearest)}?)" if nearest else ""))
        except QueryError:
            unknown.append(f"“{name}”")
    if unknown:
        raise BuildError(
            f"No word vector for the classes {', '.join(unknown)}. Rename their folders to English words, remove the folders, or "
            "give other word vectors with --words."
        )
    return np.stack(rows)


def raw_vector(name: str, text: WordVectorEncoder) -> Floats:
    """Return the mean of the original word vectors of ``name``, scaled to length 1 ``(d,)``, as in the 2020 notebook.

    Raises:
        UnknownWordError: No word of the name is known.
    """
    known, unknown = text.phrases.known(name)
    if not known:
        raise UnknownWordError({word: text.words.spellings(word) for word in unknown or [name]})
    return unit(text.words.raw([row for _, row in known]).mean(axis=0))


def partly_known(names: Sequence[str], text: WordVectorEncoder) -> list[str]:
    """Return the names that have both a known and an unknown word."""
    return [name for name in names if all(text.phrases.known(name))]


def validation_part(classes: Rows, share: float, seed: int) -> splits.Mask:
    """Return which images are kept for validation.

    Args:
        classes: The class ``(n,)`` of each image, from 0.
        share: The share of each class to keep, from 0 to 1. The number of images is rounded up, but one image of each class
            is never kept.
        seed: The seed of the choice.

    Returns:
        A mask ``(n,)``.
    """
    rng, kept = np.random.default_rng(seed), np.zeros(len(classes), dtype=bool)
    for each in range(int(classes.max()) + 1):
        rows = np.flatnonzero(classes == each)
        kept[rng.permutation(rows)[: min(int(np.ceil(share * len(rows))), len(rows) - 1)]] = True
    return kept


def caption_vectors(image: AnnotatedImage, text: TextEncoder) -> list[Floats]:
    """Return a unit vector ``(d,)`` for each caption that has a known word."""
    vectors = []
    for caption in image.captions:
        try:
            vectors.append(text.embed(caption))
        except (UnknownWordError, QueryError):
            continue  # one caption of Pascal Sentences is a single letter
    return vectors
