"""Compare a query with all images of a large collection, without reading all of their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from devise_core.collections.contract import WINDOW
from devise_core.errors import CollectionError
from devise_core.search.image_vectors import ImageSide
from devise_core.search.ranking import Ranking
from devise_core.search.registry import EXACT_UP_TO
from devise_core.search.scan import Comparison
from devise_core.search.scorer import QuerySide, Scorer
from devise_core.text.query import Query
from devise_core.vectors import Floats, Rows
from devise_core.verbs.arguments import query_or_vector
from devise_core.verbs.base import EngineBase

CANDIDATES, CANDIDATES_BY_COSINE = 512, 2048
"""How many images of a large collection are ordered by the whole score.

The ``CANDIDATES`` are chosen by the score without its term for the kinds of thing that the query names (``search/scorer.py``). If
the collection does not store the vectors for that, ``CANDIDATES_BY_COSINE`` images are chosen by cosine. In a collection of 40,000
images, 128 candidates by score include 98% of the 24 images that the whole score puts first, and 512 candidates include all 24. By
cosine, 1,024 candidates include 91% of the 24 images, and 2,048 include 96% (``python -m benchmarks.candidates``). A page of
results has up to 96 images, so 128 candidates would not fill two pages.
"""


LEAST_WEIGHT = 1e-3
"""A label with a smaller weight in the evidence is left out. Together, such labels change the evidence by at most this much."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Images of a large collection whose features were read for a query.

    Attributes:
        rows: Their rows in the collection, in ascending order.
        shares: The classifier's softmax of each image ``(len(rows), labels)``. Labels that do not matter to the query may be 0.
    """

    rows: Rows
    shares: Floats


class ScanVerbs(EngineBase):
    """The methods that all verbs that order images share."""

    def scan(self, query: Query | Floats) -> Comparison:
        """Compare a query, or a vector ``(d,)``, with all images.

        Args:
            query: The query or the vector.

        Returns:
            The cosines and the scores of all images. Its method ``window`` returns the best images.

        Raises:
            QueryError: ``query`` is neither a query nor a vector ``(d,)`` that has a direction.
            CollectionError: The vectors that the collection stores are damaged, or were made with another classifier.

        Example:
            >>> scan = engine.scan(engine.query("violin"))
            >>> engine.hits(scan.window(1))[0].name
            'violin'
        """
        query = query_or_vector(query, self.text.dimension)
        vectors = query.vectors if isinstance(query, Query) else query[None]
        scored = self._sides(query)
        if scored is None or not self._has_stored_vectors:
            return self.collection.compare(vectors)
        concepts = np.stack([np.append(side.concept, np.float32(-1)) for side in scored[1]])
        return self.collection.compare(np.stack([side.vector for side in scored[1]]), concepts)

    def _window(self, query: Query | Floats, scan: Comparison, inside: Any = None) -> tuple[Ranking, Candidates | None]:
        """Return the ``WINDOW`` best images that are ``inside``, and the candidates: the first ones, ordered by the whole score.

        The candidates are None for a query that can only be compared by cosine.
        """
        ranking, scored = scan.window(WINDOW, inside), self._sides(query)
        if scored is None or not len(ranking):
            return ranking, None
        scorer, sides = scored
        first = ranking[: CANDIDATES if self._has_stored_vectors else CANDIDATES_BY_COSINE]
        rows = np.sort(first.rows)
        side, shares = self._side_of(rows, *self._labels_of(query, sides))
        scores = scorer.scores(sides, side)
        cosines, _ = scan.exact(rows)
        return Ranking.of(cosines, scores).renumbered(rows).followed_by(ranking[len(first) :]), Candidates(rows, shares)

    def _side_of(self, rows: Rows, scored: Rows, labels: Rows) -> tuple[ImageSide, Floats]:
        """Return what the score needs of the images at ``rows``, and the classifier's softmax of these images.

        Args:
            rows: The rows of the images.
            scored: The labels that the score depends on.
            labels: The labels that the score or the evidence depends on. If the collection stores partitions (see
                ``ImageVectors.partitions``), only the probabilities of these labels are computed, and the rest are 0.
        """
        scorer, read = self.parts.scorer, self.collection.vector_rows
        assert scorer is not None
        features, embeddings = read("visual")[rows], read("semantic")[rows]
        if self._has_stored_vectors and self.collection.stores("partition"):
            shares, mixed = scorer.images.shares_of(features, labels, scored, read("partition")[rows])
            return ImageSide(embeddings, read("concept")[rows], mixed), shares
        shares = self._shares_of(features)
        vectors = read("concept")[rows] if self._has_stored_vectors else None
        return scorer.images.side(features, embeddings, vectors, shares), shares

    def _labels_of(self, query: Query | Floats, sides: Sequence[QuerySide]) -> tuple[Rows, Rows]:
        """Return the labels that the score of a query depends on, and those that the score or the evidence depends on."""
        scorer, evidence = self.parts.scorer, self.parts.evidence
        assert scorer is not None
        scored = scorer.kinds.members[sorted({kind for side in sides for kind in side.kinds})].any(axis=0)
        matter = scored
        probes = evidence.probes(query) if evidence and isinstance(query, Query) else []
        if evidence and probes:
            probes = [*probes, *(excluded for probe in probes for excluded in probe.without)]
            matter = scored | (evidence.weights(probes) >= LEAST_WEIGHT).any(axis=0)
        return np.flatnonzero(scored), np.flatnonzero(matter)

    def _sides(self, query: Query | Floats) -> tuple[Scorer, list[QuerySide]] | None:
        """Return the scorer and what it needs of the query, or None if the query can only be compared by cosine."""
        scorer = self.parts.scorer
        sides = scorer.query(query) if scorer and isinstance(query, Query) else None
        return (scorer, sides) if scorer and sides else None

    @property
    def _is_large(self) -> bool:
        """Whether the collection is too large to score every image in full: more than ``EXACT_UP_TO``, or on another machine."""
        return self.collection.remote or len(self.collection) > EXACT_UP_TO

    @property
    def _has_stored_vectors(self) -> bool:
        """Whether the collection stores the vectors that the score of this model needs."""
        scorer = self.parts.scorer
        if not self._has_stored_parts or scorer is None or not self.collection.stores("concept"):
            return False
        if self.collection.vector_rows("concept").shape[1] != scorer.concepts.dimension + 1:
            raise CollectionError(
                f"The stored score of the collection {self.collection.name} is damaged. Make the collection again."
            )
        return True
