"""The index of large collections. It compares a query with all vectors, stored as bytes, and with the best ones again exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from devise_core.search.index import Index, check_query
from devise_core.search.products import Products, ScannedProducts, write_scan
from devise_core.search.scan import candidates
from devise_core.storage.mapped_rows import VectorRows
from devise_core.vectors import Floats, Rows, largest, unit


class ScanIndex(Index):
    """Compares a query with all vectors, so that it misses none.

    With a million images, a search takes about as long as with an Annoy forest that finds 98% of the neighbours. The file of this
    index is written in seconds and is a quarter of the size of the vectors. A forest is larger than the vectors
    (``python -m benchmarks.scale``).

    Args:
        products: Computes the products with the vectors of the collection, which are unit rows.
    """

    name = "scan"
    has_file = True

    def __init__(self, products: Products) -> None:
        self.products = products

    @classmethod
    def build(cls, vectors: VectorRows, path: Path) -> ScanIndex:
        """Write the vectors to ``path`` with one byte for each number, and return the index."""
        directions = unit(vectors) if isinstance(vectors, np.ndarray) else vectors
        write_scan(path, directions)
        return cls(ScannedProducts(path, directions))

    @classmethod
    def open(cls, vectors: VectorRows, path: Path) -> ScanIndex:
        """Open the file that ``build`` wrote."""
        directions = unit(vectors) if isinstance(vectors, np.ndarray) else vectors
        return cls(ScannedProducts(path, directions))

    def __len__(self) -> int:
        return len(self.products)

    def search(self, query: Floats, k: int) -> tuple[Rows, Floats]:
        """Return the rows and cosines of the ``k`` vectors nearest to a unit vector, the nearest first."""
        queries = check_query(query, self.products.dimension)[None]
        rows = candidates(self.products.fast(queries)[0], k, self.products.error(queries))
        cosines = self.products.exact(queries, rows)[0]
        best = largest(cosines, k)
        return rows[best], cosines[best]
