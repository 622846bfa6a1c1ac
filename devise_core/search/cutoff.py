"""The lowest cosine that counts as a match, estimated from the collection.

It is the rule for queries without evidence. With the bundled model, ``label_evidence.good_matches`` decides about most queries.
``verbs/matches.py`` chooses between them.
"""

from __future__ import annotations

import numpy as np

from devise_core.vectors import Floats

NOUNS, IMAGES = 500, 20_000
"""At most this many of each are compared. Larger sets are sampled."""
SHARE_OF_NOUNS, SHARE_OF_BEST = 0.3, 0.7
SEED = 7


def chance_cosine(nouns: Floats, embeddings: Floats) -> float:
    """Return the cosine that no image reaches for 30% of random nouns. It rises with the size of a collection.

    On the labels of the bundled collections, a query's best cosine separates what is there from what is not with an AUC of
    0.89 and 0.91. Comparing it with the median, or in standard deviations, does no better. With 30% of the nouns, 2% of
    correct matches are rejected.

    Args:
        nouns: Unit rows ``(m, d)`` of random nouns.
        embeddings: Unit rows ``(n, d)`` of the collection. Of more than ``IMAGES`` only a sample is used, and the result is lower
            than the cosine for all images. So a large collection stores this cosine, computed over all images when it is written.

    Returns:
        The cosine; 1, which nothing passes, for an empty collection.
    """
    if not len(nouns) or not len(embeddings):
        return 1.0
    if len(embeddings) > IMAGES:
        embeddings = embeddings[np.random.default_rng(SEED).choice(len(embeddings), IMAGES, replace=False)]
    return chance_of((nouns @ embeddings.T).max(axis=1))


def chance_of(best: Floats) -> float:
    """Return what ``chance_cosine`` returns, given the best cosine of each random noun over all images ``(m,)``."""
    return float(np.quantile(best, SHARE_OF_NOUNS))


def cut_off(scores: Floats, chance: float) -> float:
    """Return the suggested threshold for a query: above chance, and not far below the best.

    Several rules were tried on the categories and labels of the bundled collections: chance alone, standard deviations from
    the query's median, and a share of the best. Chance and the share of the best, combined, had the best mean F1 while showing
    nothing for queries without a match.

    Args:
        scores: The cosine of each image with the query ``(n,)``.
        chance: What ``chance_cosine`` returned for the collection.

    Returns:
        The least cosine that counts as a match.
    """
    return max(chance, SHARE_OF_BEST * float(scores.max(initial=0.0)))
