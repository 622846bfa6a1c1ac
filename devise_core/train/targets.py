"""The labels that images of each class are trained towards: mostly the class itself, sometimes one of its hypernyms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.vectors import Floats

CLASS_SHARE = 0.85
"""How often the true label of an image is its class. The rest is shared by the hypernyms of the class."""
STEP_WEIGHT = 0.7
"""A hypernym's weight is multiplied by this for each step between it and the class."""
TOO_NEAR = 0.9
"""Labels whose cosine with a class is at least this do not count as wrong for it: "tabby" is not wrong for a tiger cat."""


@dataclass(frozen=True)
class Targets:
    """What each class is trained towards.

    Attributes:
        labels: Unit rows ``(labels, d)``: the classes first, then the hypernyms.
        shares: How often each label is the true one of a class ``(classes, labels)``. Rows add up to 1.
        wrong: 1 where a label is wrong for a class, else 0 ``(classes, labels)``.
    """

    labels: Floats
    shares: Floats
    wrong: Floats


def make_targets(
    vectors: Sequence[Floats],
    hypernyms: Sequence[Mapping[str, int]],
    hypernym_vectors: Mapping[str, Floats],
    too_near: float = TOO_NEAR,
) -> Targets:
    """Return the targets of all classes.

    An image of a robin is sometimes pulled towards "bird", and images of classes that are not birds are pushed away from it. So
    the model learns to answer queries by category as well as queries by name.

    Args:
        vectors: The vector ``(d,)`` of each class.
        hypernyms: For each class, hypernym → the number of steps to it.
        hypernym_vectors: Hypernym → its vector ``(d,)``. Hypernyms without a vector are left out.
        too_near: Labels whose cosine with a class is at least this do not count as wrong for it.
    """
    count, names = len(vectors), sorted({name for steps in hypernyms for name in steps if name in hypernym_vectors})
    labels = np.stack([*vectors, *(hypernym_vectors[name] for name in names)])
    shares = np.zeros((count, len(labels)), dtype=np.float32)
    wrong = (labels[:count] @ labels.T < too_near).astype(np.float32)
    columns = {name: count + number for number, name in enumerate(names)}
    for row, steps_to in enumerate(hypernyms):
        weights = {columns[name]: STEP_WEIGHT**steps for name, steps in steps_to.items() if name in columns}
        for column, weight in weights.items():
            shares[row, column] = (1 - CLASS_SHARE) * weight / sum(weights.values())
            wrong[row, column] = 0
        shares[row, row] = CLASS_SHARE if weights else 1
        wrong[row, row] = 0
    return Targets(np.asarray(labels, dtype=np.float32), shares, wrong)
