"""The lowest cosine that counts as a match, estimated from the collection.

Evidence (``label_evidence.py``) is what the classifier says about the things that a query names. This threshold decides what
matches for queries without evidence. With the bundled model, most queries have evidence, and ``label_evidence.good_matches``
decides. ``verbs/matches.py`` chooses between the two rules.
"""

from __future__ import annotations

import numpy as np

from devise_core.vectors import Floats

NOUNS, IMAGES = 500, 20_000
"""``chance_cosine`` gets ``NOUNS`` random nouns. It compares them with up to ``IMAGES`` images, sampled if there are more."""
SHARE_OF_NOUNS, SHARE_OF_BEST = 0.3, 0.7
SEED = 7


def chance_cosine(nouns: Floats, embeddings: Floats) -> float:
    """Return the chance level of a collection: the 30% quantile, over random nouns, of each noun's best cosine with any image.

    The chance level rises with the size of a collection. A label of the collection tends to have a larger best cosine than a noun
    that no image shows. The AUC for telling the two apart is 0.63 for ``stamps`` and 0.80 for ``photos``. The best cosine is below
    the chance level for 7.6% of the labels of ``stamps`` and 4.1% of those of ``photos``, so a search for them finds no match. The
    rows "DeViSE" of ``evaluate absent`` have these figures.

    Args:
        nouns: Unit rows ``(m, d)`` of random nouns.
        embeddings: Unit rows ``(n, d)`` of the collection. If there are more than ``IMAGES``, a sample is used, which makes the
            result too low. When a large collection is written, ``chance_of`` computes the chance level from all of its images.

    Returns:
        The cosine, or 1 if there are no nouns or no images, so that nothing is above it.
    """
    if not len(nouns) or not len(embeddings):
        return 1.0
    if len(embeddings) > IMAGES:
        embeddings = embeddings[np.random.default_rng(SEED).choice(len(embeddings), IMAGES, replace=False)]
    return chance_of((nouns @ embeddings.T).max(axis=1))


def chance_of(best: Floats) -> float:
    """Return the chance level, given the best cosine of each random noun over all images ``(m,)``."""
    return float(np.quantile(best, SHARE_OF_NOUNS))


def cut_off(scores: Floats, chance: float) -> float:
    """Return the suggested threshold for a query: not below the chance level, and not far below the query's best cosine.

    Several rules were tried on the categories and labels of the bundled collections: the chance level alone, standard deviations
    from the query's median, a share of the best cosine, and the larger of the chance level and that share. The last rule had the
    best mean F1. It was chosen on the same labels that ``evaluate absent`` measures, so the figures there are slightly optimistic.

    Args:
        scores: The cosine of each image with the query ``(n,)``.
        chance: What ``chance_cosine`` returned for the collection.

    Returns:
        The least cosine that counts as a match.
    """
    return max(chance, SHARE_OF_BEST * float(scores.max(initial=0.0)))
