"""What ``benchmarks.scale`` compares with: exact values, and a page that reads whole matrices and lists of items."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from devise_core import Engine
from devise_core.search.conditions import satisfies
from devise_core.search.filters import Filter
from devise_core.search.near_duplicates import fold_near_duplicates
from devise_core.search.ranking import Ranking
from devise_core.storage.mapped_rows import row_blocks
from devise_core.text.query import Query
from devise_core.vectors import Floats, unit

_BLOCK = 8_192


def exact_scores(engine: Engine, queries: Sequence[Query], rows: Sequence[int]) -> tuple[Floats, Floats, Floats]:
    """Compute all values, a block of images at a time.

    Args:
        engine: The engine over the collection.
        queries: Queries of words.
        rows: Images to compare by appearance.

    Returns:
        The cosines of the first sense of each query with all images ``(queries, n)``, their scores without the kinds, and the
        cosines of the features of ``rows``.
    """
    collection, scorer = engine.collection, engine.parts.scorer
    assert scorer is not None
    sides = [scorer.query(query) for query in queries]
    looks = unit(collection.vector_rows("visual")[list(rows)])
    results = [np.empty((len(queries), len(collection)), dtype=np.float32) for _ in range(3)]
    for block in row_blocks(len(collection), _BLOCK):
        embeddings = collection.vector_rows("semantic")[block]
        concepts = collection.vector_rows("concept")[block]
        for place, (query, side) in enumerate(zip(queries, sides, strict=True)):
            results[0][place, block] = embeddings @ query.vectors[0]
            results[1][place, block] = scorer.scores_without_kinds(side or [], embeddings, concepts)
        results[2][:, block] = looks @ unit(collection.vector_rows("visual")[block]).T
    return results[0], results[1], results[2]


def whole_matrix_page(engine: Engine) -> Callable[[str], None]:
    """Return a page as it was before there were large collections: it orders all images and reads all items.

    The matrices and items are in memory already, as they were then.
    """
    collection, scorer = engine.collection, engine.parts.scorer
    assert scorer is not None
    embeddings, concepts = collection.embeddings, collection.vector_rows("concept")[:]
    features, items = collection.features, list(collection.items)

    def page(text: str) -> None:
        query = engine.query(text)
        sides = scorer.query(query) or []
        cosines = (embeddings @ query.vectors.T).max(axis=1)
        order = Ranking.of(cosines, scorer.scores_without_kinds(sides, embeddings, concepts))
        rows = order.rows[:512]
        scores = scorer.scores(sides, scorer.images.side(features[rows], embeddings[rows], concepts[rows]))
        everything = Ranking.of(cosines[rows], scores).renumbered(rows).followed_by(order[512:])
        sorted({label for item in items for label in item.labels})
        sorted({item.category for item in items})
        condition = Filter(not_labels=["nothing"]).condition
        mask = np.fromiter((satisfies(condition, item) for item in items), dtype=np.bool_, count=len(items))
        inside = everything.kept(mask)
        strong = inside.from_cosine(0.7 * float(cosines.max()))
        folded, _ = fold_near_duplicates(strong.then(inside), features)
        folded.by_name([items[row].name for row in folded.rows.tolist()])
        engine.hits(folded[:24])

    return page
