"""The labels that images of each class are trained towards: mostly the class itself, sometimes a hypernym of the class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.vectors import Floats

CLASS_SHARE = 0.85
"""The probability that the true label drawn for an image is its class. The hypernyms of the class share the rest."""
STEP_WEIGHT = 0.7
"""The weight of a hypernym is multiplied by this for each step from the class up to the hypernym."""
TOO_NEAR = 0.9
"""Labels whose cosine with a class is at least this do not count as wrong for the class: "tabby" is not wrong for a tiger cat."""


@dataclass(frozen=True)
class Targets:
    """The labels that images of each class are trained towards.

    Attributes:
        labels: The label vectors, unit rows ``(labels, d)``, the classes first, then the hypernyms.
        shares: How often each label is the true label of an image of a class ``(classes, labels)``. Each row adds up to 1.
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
        hypernyms: For each class, hypernym → the number of steps from the class to the hypernym.
        hypernym_vectors: Hypernym → its vector ``(d,)``. Hypernyms without a vector are left out.
        too_near: Labels whose cosine with a class is at least this do not count as wrong for the class.
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
