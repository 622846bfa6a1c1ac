"""How sure a name of an image is, in words.

The share of a name is the probability that the classifier and the trained head (``image_vectors.py``) together give to the ImageNet
labels at or below the name in WordNet. The figures here are for the first three names of the images in `photos` / `stamps`. Names
with a share of at least 0.5 ("probably") are right in 71 / 71% of cases, names from 0.25 to 0.5 ("maybe") in 45 / 35%, and names
below 0.25 ("not sure") in 11 / 10%. ``python -m benchmarks.naming_confidence`` prints these figures. A name counts as right if it
is a label of the image, a synonym of a label, or a more general kind of thing than a label.
"""

from __future__ import annotations

from typing import Literal

PROBABLY, MAYBE = 0.5, 0.25
Confidence = Literal["probably", "maybe", "not sure"]


def confidence(share: float) -> Confidence:
    """Return "probably", "maybe" or "not sure" for the share of a name, from 0 to 1.

    Example:
        >>> confidence(0.9), confidence(0.3), confidence(0.1)
        ('probably', 'maybe', 'not sure')
    """
    return "probably" if share >= PROBABLY else "maybe" if share >= MAYBE else "not sure"
