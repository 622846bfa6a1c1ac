"""Which pictures train and which are kept to measure with. Every split is fixed by a seed and by file order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

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
"""The 46 classes of Caltech-101 whose name is no name of an ImageNet-1k class. No head's training ever sees one of them.

The backbone has seen four of them under another name: binocular (binoculars), cellphone (cellular telephone), ewer (pitcher) and
hedgehog (porcupine).
"""


def zero_shot(labels: Sequence[str]) -> Mask:
    """The pictures of the 46 unseen classes."""
    return np.asarray([label in ZERO_SHOT for label in labels], dtype=np.bool_)


def two_thirds_of_each_class(labels: Sequence[str], seed: int = SEED) -> Mask:
    """Training part of Caltech-101: two thirds of each class's pictures, at random. The rest is held out."""
    rng, names, train = np.random.default_rng(seed), np.asarray(labels), np.zeros(len(labels), dtype=bool)
    for label in sorted(set(labels)):
        rows = np.flatnonzero(names == label)
        train[rng.permutation(rows)[: len(rows) * 2 // 3]] = True
    return train


def four_fifths(count: int, seed: int = SEED) -> Mask:
    """Training part of the ImageNet samples: 800 of 1000 classes' single pictures."""
    train = np.zeros(count, dtype=bool)
    train[np.random.default_rng(seed).permutation(count)[: count * 4 // 5]] = True
    return train


def seed_split(count: int, seed: int = SEED) -> Mask:
    """Training part of Pascal Sentences: nine tenths, as scikit-learn 0.22 split them for the work this starts from.

    That was ``shuffle(random_state=7)``, then ``train_test_split(train_size=0.9, random_state=7)``: both draw from
    NumPy's legacy generator, so the split is repeated here without scikit-learn.
    """
    order = np.arange(count)
    np.random.RandomState(seed).shuffle(order)
    tests = count - int(count * 0.9)
    train = np.ones(count, dtype=bool)
    train[order[np.random.RandomState(seed).permutation(count)[:tests]]] = False
    return train
