"""How sure a name of an image is, in words.

The share of a name is the probability that the classifier and the trained head give to the labels at or below it. Of the first
three names of the images in `photos` and `stamps`, 66% are right from a share of 0.5 on ("probably"), 39% from 0.25 on ("maybe"),
and 11% below that ("not sure"). ``python -m benchmarks.naming_confidence`` prints these figures. It counts a name as right if it
is a label of the image, a synonym of one, or a more general kind of thing than the label.
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
