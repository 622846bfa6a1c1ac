"""The map: embeddings in two dimensions, and where a vector that came later belongs on it."""

from __future__ import annotations

import numpy as np

from devise_core.vectors import Floats, largest

SEED = 7
PERPLEXITY = 30.0
NEIGHBOURS = 5
_MARGIN = 0.02


def project(embeddings: Floats) -> Floats:
    """Unit rows ``(n, d)`` → places ``(n, 2)`` from 0 to 1, by t-SNE over cosine distances, seeded.

    The same machine gives the same map; another may differ in the last digits, and t-SNE makes more of them.
    """
    count = len(embeddings)
    if count < 5:  # too few for neighbourhoods: a row of points
        return np.stack([np.linspace(0.1, 0.9, count), np.full(count, 0.5)], axis=1).astype(np.float32)
    from sklearn.manifold import TSNE

    tsne = TSNE(perplexity=min(PERPLEXITY, (count - 1) / 3), init="pca", metric="cosine", random_state=SEED, n_jobs=1)
    places = tsne.fit_transform(embeddings)
    low, high = places.min(axis=0), places.max(axis=0)
    return np.asarray(_MARGIN + (1 - 2 * _MARGIN) * (places - low) / np.maximum(high - low, 1e-9), dtype=np.float32)


def place(vector: Floats, embeddings: Floats, places: Floats) -> tuple[float, float]:
    """Where a unit ``vector`` ``(d,)`` belongs on a map: among its nearest pictures, the nearer the heavier.

    t-SNE gives no function for points it was not fitted on, so a query is placed by its neighbours.
    """
    scores = embeddings @ vector
    rows = largest(scores, NEIGHBOURS)
    weights = np.exp((scores[rows] - scores[rows[0]]) / 0.05)
    x, y = weights @ places[rows] / weights.sum()
    return float(x), float(y)
