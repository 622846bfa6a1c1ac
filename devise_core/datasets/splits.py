"""Training and test splits. Each split depends only on a seed and on the order of the files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devise_core.datasets import readers
from devise_core.datasets.readers import AnnotatedImage

Mask = npt.NDArray[np.bool_]

SEED = 7

ZERO_SHOT = frozenset(
    (
        "anchor",
        "bass",
        "binocular",
        "bonsai",
        "brontosaurus",
        "buddha",
        "cellphone",
        "chandelier",
        "dollar bill",
        "dolphin",
        "emu",
        "euphonium",
        "ewer",
        "ferry",
        "garfield",
        "gramophone",
        "headphone",
        "hedgehog",
        "helicopter",
        "ibis",
        "inline skate",
        "kangaroo",
        "ketch",
        "lotus",
        "mandolin",
        "mayfly",
        "menorah",
        "metronome",
        "minaret",
        "motorbikes",
        "octopus",
        "okapi",
        "pagoda",
        "pigeon",
        "pyramid",
        "rhino",
        "scissors",
        "sea horse",
        "snoopy",
        "stapler",
        "stegosaurus",
        "sunflower",
        "wheelchair",
        "wild cat",
        "wrench",
        "yin yang",
    )
)
"""The 46 classes of Caltech-101 that do not share a name with an ImageNet-1k class. No head is trained on their images.

A head maps the features of the backbone to the space of word vectors. The backbone was trained on four of the classes under other
names: binocular (binoculars), cellphone (cellular telephone), ewer (pitcher) and hedgehog (porcupine). The head is trained on other
photographs of the classes ``IN_PASCAL_SENTENCES``.
"""
IN_PASCAL_SENTENCES = frozenset(("motorbikes",))
"""The zero-shot classes that are also classes of Pascal Sentences, where the label is "motorbike". ``bundled_training`` has 45 of
these photographs. The text encoder gives both labels the same vector.
"""


def zero_shot(labels: Sequence[str]) -> Mask:
    """Return a mask ``(n,)`` of the images in the 46 zero-shot classes."""
    return np.asarray([label in ZERO_SHOT for label in labels], dtype=np.bool_)


def two_thirds_of_each_class(labels: Sequence[str], seed: int = SEED) -> Mask:
    """Return the training part of Caltech-101: a random two thirds of the images of each class.

    Args:
        labels: The class of each of the ``n`` images.
        seed: Fixes the random choice.

    Returns:
        A mask ``(n,)``, true for training images.
    """
    rng, names, train = np.random.default_rng(seed), np.asarray(labels), np.zeros(len(labels), dtype=bool)
    for label in sorted(set(labels)):
        rows = np.flatnonzero(names == label)
        train[rng.permutation(rows)[: len(rows) * 2 // 3]] = True
    return train


def four_fifths(count: int, seed: int = SEED) -> Mask:
    """Return the training part of the ImageNet samples: a random four fifths, 800 of the 1000 images."""
    train = np.zeros(count, dtype=bool)
    train[np.random.default_rng(seed).permutation(count)[: count * 4 // 5]] = True
    return train


def seed_split(count: int, seed: int = SEED) -> Mask:
    """Return the training part of Pascal Sentences: nine tenths, split as in the 2020 notebook that this project starts from.

    The notebook called ``shuffle(random_state=7)`` and ``train_test_split(train_size=0.9, random_state=7)`` of scikit-learn 0.22.
    Both use NumPy's legacy generator, so the split is reproduced here without scikit-learn.
    """
    order = np.arange(count)
    np.random.RandomState(seed).shuffle(order)
    test_size = count - int(count * 0.9)
    train = np.ones(count, dtype=bool)
    train[order[np.random.RandomState(seed).permutation(count)[:test_size]]] = False
    return train


def bundled_training(data: Path) -> tuple[list[AnnotatedImage], list[AnnotatedImage]]:
    """Return the images that the bundled model is trained on.

    The Caltech-101 images of the 46 zero-shot classes and the images of the test parts are left out.

    Args:
        data: The folder that holds ``caltech-101``, ``pascal-sentences`` and ``imagenet-samples``.

    Returns:
        Two lists. The first has the images of Caltech-101 and Pascal Sentences, whose labels are words. The second has the
        ImageNet samples, whose labels are class ids.

    Raises:
        BuildError: If a data set is missing.
    """
    caltech, pascal = readers.caltech_101(data / "caltech-101"), readers.pascal_sentences(data / "pascal-sentences")
    samples = readers.imagenet_samples(data / "imagenet-samples")
    labels = [image.label for image in caltech]
    seen = two_thirds_of_each_class(labels) & ~zero_shot(labels)
    return select(caltech, seen) + select(pascal, seed_split(len(pascal))), select(samples, four_fifths(len(samples)))


def select(images: Sequence[AnnotatedImage], mask: Mask) -> list[AnnotatedImage]:
    """Return the images for which ``mask`` is true."""
    return [image for image, kept in zip(images, mask, strict=True) if kept]
