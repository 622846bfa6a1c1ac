"""What a class is called: mostly by its own label, now and then by one of its kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from devise_core.train.fit import Targets
from devise_core.vectors import Floats

OWN_SHARE = 0.85
STEP = 0.7
TOO_NEAR = 0.9
"""Labels closer than this cosine to a class's own are not wrong for it: "tabby" is not wrong for a tiger cat."""


def targets_of(
    classes: Sequence[Floats], kinds: Sequence[Mapping[str, int]], vectors: Mapping[str, Floats], too_near: float = TOO_NEAR
) -> Targets:
    """``classes``: each one's own vector ``(d,)``. ``kinds``: for each, its hypernyms with their distances in steps.

    ``vectors``: hypernym → ``(d,)``. A picture of a robin is then also pulled to "bird", from which the classes that are no
    birds are pushed away; so queries by category are trained as well as queries by name.
    """
    names = sorted({name for found in kinds for name in found if name in vectors})
    labels = np.stack([*classes, *(vectors[name] for name in names)])
    shares, near = np.zeros((len(classes), len(labels)), dtype=np.float32), labels[: len(classes)] @ labels.T >= too_near
    wrong = (~near).astype(np.float32)
    column = {name: len(classes) + place for place, name in enumerate(names)}
    for row, found in enumerate(kinds):
        weights = {column[name]: STEP**steps for name, steps in found.items() if name in column}
        for place, weight in weights.items():
            shares[row, place] = (1 - OWN_SHARE) * weight / sum(weights.values())
            wrong[row, place] = 0
        shares[row, row] = OWN_SHARE if weights else 1
        wrong[row, row] = 0
    return Targets(np.asarray(labels, dtype=np.float32), shares, wrong)
