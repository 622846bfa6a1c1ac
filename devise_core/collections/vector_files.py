"""The vectors of a collection in a folder. They are all in memory, or on disk, from where only the requested rows are read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from devise_core.collections.segments import layouts
from devise_core.encoder_results import is_unit
from devise_core.errors import ArtifactError
from devise_core.search.index import Index
from devise_core.search.looks_index import LooksIndex, axes_path
from devise_core.search.products import ExactProducts, Products, ScannedProducts
from devise_core.search.registry import index_type, unnamed_index
from devise_core.search.scan_index import ScanIndex
from devise_core.storage.artifact_reader import read_array
from devise_core.storage.manifest import Manifest
from devise_core.storage.mapped_rows import JoinedRows, MappedRows, VectorRows
from devise_core.storage.paths import CollectionLayout
from devise_core.vectors import Floats

Stored = Literal["semantic", "visual", "concept", "partition"]
"""The vectors that a collection stores: embeddings ("semantic"), features ("visual"), and what the score needs besides these
("concept"). A large collection also stores the denominators of the softmax ("partition"), so that the probabilities of a few labels
can be computed without the probabilities of all labels."""
Multiplied = Literal["semantic", "concept"]
"""The vectors that a query is multiplied with. Features are compared by the index over them."""


class VectorFiles(ABC):
    """The vectors of ``count`` images. Each file is checked and opened when it is first used.

    Args:
        layout: The paths of the files.
        manifest: The manifest that lists the files.
        count: The number of images.
    """

    def __init__(self, layout: CollectionLayout, manifest: Manifest, count: int) -> None:
        self.layout, self.manifest, self.count = layout, manifest, count

    @abstractmethod
    def rows(self, by: Stored) -> VectorRows:
        """Return the vectors. Single rows can be read. Raises ``ArtifactError`` if a file is missing or damaged."""

    @abstractmethod
    def products(self, by: Multiplied) -> Products:
        """Return the object that multiplies a query with all images. Raises ``ArtifactError`` if a file is missing or damaged."""

    @abstractmethod
    def index(self, by: Stored) -> Index:
        """Return the index over the embeddings or the features. Raises ``ArtifactError`` if a file is missing or damaged."""

    @abstractmethod
    def verify(self) -> None:
        """Check the files that every search reads. Raises ``ArtifactError`` if one is missing or damaged."""

    def has(self, by: Stored) -> bool:
        """Return whether the collection stores these vectors."""
        return self.path(by).name in self.manifest.files

    def path(self, by: Stored) -> Path:
        """Return the file of the vectors."""
        names = {"semantic": "embeddings", "visual": "features", "concept": "score_vectors", "partition": "partitions"}
        return Path(getattr(self.layout, names[by]))


class WholeVectorFiles(VectorFiles):
    """The vectors of a collection that fits into memory. Its manifest names the type of its indexes."""

    def rows(self, by: Stored) -> Floats:
        """Return all vectors."""
        if by in ("concept", "partition"):
            return self._read(by)
        return self.embeddings if by == "semantic" else self.features

    def products(self, by: Multiplied) -> Products:
        """Return exact products."""
        return ExactProducts(self.rows(by))

    def index(self, by: Stored) -> Index:
        """Open the index that the manifest names, or ``unnamed_index`` if an old manifest names none."""
        vectors, path = self.rows(by), self.layout.embedding_index if by == "semantic" else self.layout.feature_index
        kind = index_type(self.manifest.about.get("index") or unnamed_index(len(vectors)))
        return kind.open(vectors, self.manifest.verified(path) if kind.has_file else path)

    def verify(self) -> None:
        """Check the SHA-256 of the embeddings and the features."""
        for file in (self.layout.embeddings, self.layout.features):
            self.manifest.verified(file)

    @cached_property
    def embeddings(self) -> Floats:
        """Unit rows ``float32 (n, d)``.

        Raises:
            ArtifactError: The file is missing or damaged, or a row does not have length 1 (Euclidean norm).
        """
        embeddings = self._read("semantic")
        if not is_unit(embeddings):
            raise ArtifactError(f"{self.layout.embeddings} holds vectors that are not of length 1. Make the collection again.")
        return embeddings

    @cached_property
    def features(self) -> Floats:
        """The backbone's features ``float32 (n, f)``.

        Raises:
            ArtifactError: The file is missing or damaged, or a row has no direction, because its length is 0 or not finite.
        """
        features = self._read("visual")
        lengths = _lengths(features)
        if not (lengths > 0).all() or not np.isfinite(lengths).all():
            raise ArtifactError(f"{self.layout.features} holds vectors without a direction. Make the collection again.")
        return features

    def _read(self, by: Stored) -> Floats:
        path = self.path(by)
        file = self.manifest.verified(path)
        stored = read_array(file, np.floating, self.manifest.files[path.name].shape or (None, None), mapped=True)
        if len(stored) != self.count:
            raise ArtifactError(f"{path} has {len(stored)} rows for {self.count} items. Make the collection again.")
        return np.asarray(stored, dtype=np.float32)


def _lengths(vectors: Floats) -> Floats:
    """Return the lengths (Euclidean norms) of rows. A length that is too large for ``float32`` is infinite."""
    with np.errstate(over="ignore"):
        return np.asarray(np.linalg.norm(vectors, axis=1), dtype=np.float32)


class MappedVectorFiles(VectorFiles):
    """The vectors of a large collection. They stay on disk, and searches scan files with one byte for each number."""

    def __init__(self, layout: CollectionLayout, manifest: Manifest, count: int) -> None:
        super().__init__(layout, manifest, count)
        self._layouts = layouts(layout, manifest.about)
        self._rows = dict[Stored, MappedRows]()
        self._products = dict[Multiplied, Products]()

    def rows(self, by: Stored) -> MappedRows:
        """Return the vectors, which stay on disk."""
        if by not in self._rows:
            parts = [MappedRows(self.manifest.glanced(layout.root / self.path(by).name)) for layout in self._layouts]
            rows = JoinedRows(parts) if len(parts) > 1 else parts[0]
            if len(rows) != self.count:
                raise ArtifactError(
                    f"{self.path(by)} does not have {self.count} rows, one for each item. Make the collection again."
                )
            self._rows[by] = rows
        return self._rows[by]

    def products(self, by: Multiplied) -> Products:
        """Return an object that multiplies a query with all images. Its fast products read files with one byte for each number.

        Raises:
            ArtifactError: A file is missing or damaged.
        """
        if by not in self._products:
            files = [layout.embedding_scan if by == "semantic" else layout.score_scan for layout in self._layouts]
            self._products[by] = ScannedProducts([self.manifest.glanced(file) for file in files], self.rows(by))
        return self._products[by]

    def index(self, by: Stored) -> Index:
        """Return the index that scans the embeddings, or the index that scans projections of the features."""
        if by == "semantic":
            return ScanIndex(self.products(by))
        self.manifest.verified(axes_path(self.layout.looks))
        return LooksIndex.open(self.rows(by), *(self.manifest.glanced(layout.looks) for layout in self._layouts))

    def verify(self) -> None:
        """Check the sizes of all files except the files of the caption index, which are checked when captions are searched.

        ``python -m devise_core doctor`` checks the SHA-256 of all files, which takes longer.
        """
        for path in map(self.layout.root.joinpath, self.manifest.files):
            if path.name != self.layout.captions.name:
                self.manifest.check_size(path)
