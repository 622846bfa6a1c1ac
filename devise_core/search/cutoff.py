"""From which cosine on a picture matches: read off the collection's own scores, not a magic number."""

from __future__ import annotations

import numpy as np

from devise_core.vectors import Floats

NOUNS, PICTURES = 500, 20_000
"""At most so many of each are compared, drawn with a seed."""
SHARE_OF_NOUNS, SHARE_OF_BEST = 0.3, 0.7
SEED = 7


def chance_cosine(nouns: Floats, embeddings: Floats) -> float:
    """The cosine that, for three nouns in ten drawn by chance, no picture reaches. It rises with the size of a collection.

    ``nouns``: unit rows ``(m, d)``; ``embeddings``: unit rows ``(n, d)`` of the collection. 1, which nothing passes, for an empty
    one. On the bundled collections' labels a query's best cosine tells what is there from what is not with an AUC of 0.89 and
    0.91, as well as its distance from the median or in deviations; at three in ten, 2% of the right answers are taken for chance.
    """
    if not len(nouns) or not len(embeddings):
        return 1.0
    if len(embeddings) > PICTURES:
        embeddings = embeddings[np.random.default_rng(SEED).choice(len(embeddings), PICTURES, replace=False)]
    return float(np.quantile((nouns @ embeddings.T).max(axis=1), SHARE_OF_NOUNS))


def cut_off(scores: Floats, chance: float) -> float:
    """The suggested cut-off for a query with these ``scores`` ``(n,)``: above chance, and not far below the best.

    Of the rules tried on the bundled collections' categories and labels (chance alone, deviations from the query's own median,
    a share of the best), both together had the best mean F1 with nothing shown where nothing is there.
    """
    return max(chance, SHARE_OF_BEST * float(scores.max(initial=0.0)))
