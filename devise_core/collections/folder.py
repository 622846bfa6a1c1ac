"""A collection in a folder on disk, which is written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, FiniteFloat, StrictStr

from devise_core.collections.base import Collection
from devise_core.collections.caption_index import CaptionSearch
from devise_core.collections.contract import MOST_FACETS, Facet, SortKey, check_facet
from devise_core.collections.item_table import StoredItems
from devise_core.collections.items_file import read_items
from devise_core.collections.projection import Projections
from devise_core.collections.segment_reader import check_count, open_captions, open_items, open_maps
from devise_core.collections.vector_files import MappedVectorFiles, Multiplied, Stored, VectorFiles, WholeVectorFiles
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError, CollectionError, OtherModelError
from devise_core.installation import PROGRAM
from devise_core.search.conditions import Postings
from devise_core.search.index import Index
from devise_core.search.products import Products
from devise_core.storage.artifact_reader import reading
from devise_core.storage.atomic_write import restore_interrupted
from devise_core.storage.manifest import Manifest
from devise_core.storage.mapped_rows import VectorRows
from devise_core.storage.paths import CollectionLayout, leads_out
from devise_core.vectors import Floats, Rows, row_given

KEPT_PATHS = 20_000
"""How many paths of hits are cached, because checking that they are not links takes a third of the time of a search."""


class _Facts(BaseModel):
    """The facts in the manifest that are checked when the collection is opened. Each of them may be missing."""

    model: StrictStr = ""
    index: StrictStr | None = None
    parts: StrictStr = ""
    evidence: dict[Literal["present", "good"], FiniteFloat] | None = None


class FolderCollection(Collection):
    """A collection on disk. Its vectors are read when they are first used. The vectors of a large collection stay on disk.

    Args:
        layout: The paths of its files.
        manifest: Lists the files. Each file is checked when it is read.
        items: The content of ``items.csv``, or of ``items.sqlite`` in a large collection.
    """

    def __init__(self, layout: CollectionLayout, manifest: Manifest, items: Sequence[Item]) -> None:
        super().__init__(layout.root.name, items)
        self.layout, self.manifest = layout, manifest
        kind = MappedVectorFiles if isinstance(items, StoredItems) else WholeVectorFiles
        self.files: VectorFiles = kind(layout, manifest, len(items))
        self._path_of_file = lru_cache(KEPT_PATHS)(partial(_path_inside, layout.root))

    @classmethod
    def open(cls, folder: Path, model_id: str | None = None) -> FolderCollection:
        """Open the collection in ``folder``.

        Args:
            folder: The collection's folder.
            model_id: ``ImageEncoder.model_id`` of the model that the vectors must come from. None accepts any.

        Raises:
            CollectionError: There is no such folder.
            OtherModelError: The vectors come from another model.
            ArtifactError: A file is missing or damaged.
        """
        layout = CollectionLayout(folder)
        restore_interrupted(folder.parent) if folder.parent.is_dir() else None
        if not folder.is_dir():
            raise CollectionError(
                f"There is no collection at {folder}. Make one with `{PROGRAM} index FOLDER --name {folder.name}`."
            )
        manifest = Manifest.read(folder)
        with reading(folder / "manifest.json", "Make the collection again"):
            facts = _Facts.model_validate(manifest.about)
        if model_id and facts.model != model_id:
            raise OtherModelError(
                f"The collection {folder.name} was made with another model. Open that model with --artifacts "
                "FOLDER (in the app: SEMBLANCE_ARTIFACTS), or make the collection again for this model with "
                f"`{PROGRAM} index FOLDER --name {folder.name}`."
            )
        if layout.item_table.name in manifest.files:
            return cls(layout, manifest, open_items(layout, manifest))
        items = read_items(manifest.verified(layout.items))
        check_count(layout, layout, manifest, len(items))
        return cls(layout, manifest, items)

    def __reduce__(self) -> tuple[object, ...]:
        """Let pickle record only the folder. Unpickling opens the collection again."""
        return type(self).open, (self.layout.root,)

    @property
    def version(self) -> str:
        """The time at which the folder was last written, in whole seconds since 1970."""
        return str(int(self.layout.root.stat().st_mtime))

    @property
    def embeddings(self) -> Floats:
        """Unit rows ``float32 (n, d)``. The rows of a large collection are read from disk each time.

        Raises:
            ArtifactError: The file is missing or damaged, or does not have one row for each item.
        """
        return self.files.rows("semantic")[:]

    @property
    def features(self) -> Floats:
        """The backbone's features ``float32 (n, f)``. The features of a large collection are read from disk each time.

        Raises:
            ArtifactError: The file is missing or damaged, or does not have one row for each item.
        """
        return self.files.rows("visual")[:]

    @cached_property
    def embedding_index(self) -> Index:
        """The index over ``embeddings``, of the type that the manifest names.

        Raises:
            ArtifactError: The file of the embeddings or of the index is missing or damaged.
        """
        return self.files.index("semantic")

    @cached_property
    def feature_index(self) -> Index:
        """The index over ``features``, of the type that the manifest names.

        Raises:
            ArtifactError: The file of the features or of the index is missing or damaged.
        """
        return self.files.index("visual")

    @cached_property
    def projections(self) -> Projections:
        """The maps, read from disk on first use.

        Raises:
            CollectionError: The collection has no maps, because it was made before maps existed.
            ArtifactError: The file of the maps is damaged.
        """
        if self.layout.projections.name not in self.manifest.files:
            raise CollectionError(
                f"The collection {self.name} has no map yet. Make the collection again with "
                f"`{PROGRAM} index FOLDER --name {self.name}`."
            )
        return open_maps(self.layout, self.manifest, self.items)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the manifest notes about the collection."""
        return self.manifest.about

    @cached_property
    def score_vectors(self) -> Floats | None:
        """The content of ``score_vectors.npy``, or None for a collection without this file."""
        return self.files.rows("concept")[:] if self.files.has("concept") else None

    def stores(self, by: Stored) -> bool:
        """Return whether the collection stores these vectors."""
        return self.files.has(by)

    def vector_rows(self, by: Stored) -> VectorRows:
        """Return the vectors, from which single rows can be read. Raises as ``Collection.vector_rows`` does."""
        return self.files.rows(by) if self.files.has(by) else super().vector_rows(by)

    @cached_property
    def postings(self) -> Postings:
        """The rows that have each label, category, period and id."""
        return self.items if isinstance(self.items, StoredItems) else super().postings

    def facets(self, kind: Facet, most: int = MOST_FACETS) -> dict[str, int]:
        """Return up to ``most`` labels, categories or years, the most frequent first, each with the number of its images."""
        return self.items.facets(check_facet(kind), most) if isinstance(self.items, StoredItems) else super().facets(kind, most)

    def items_at(self, rows: Sequence[int] | Rows) -> list[Item]:
        """Return the items at ``rows``, in that order."""
        return self.items.at(rows) if isinstance(self.items, StoredItems) else super().items_at(rows)

    def sort_keys(self, rows: Sequence[int] | Rows, by: SortKey) -> list[str]:
        """Return the names or the dates of the items at ``rows``, to sort them by."""
        return self.items.sort_keys(rows, by) if isinstance(self.items, StoredItems) else super().sort_keys(rows, by)

    def ids_like(self, text: str, k: int) -> list[str]:
        """Return up to ``k`` ids that are spelled like ``text``. In a large collection, these are the next in the alphabet."""
        return self.items.ids_like(text, k) if isinstance(self.items, StoredItems) else super().ids_like(text, k)

    def expect_dimension(self, dimension: int) -> None:
        """Check in the manifest that the embeddings have as many dimensions as the model's word vectors.

        Raises:
            ArtifactError: The numbers of dimensions differ.
        """
        entry = self.manifest.files.get(self.layout.embeddings.name)
        if entry and entry.shape[1:] != (dimension,):
            raise ArtifactError(
                f"{self.layout.embeddings} does not have the {dimension} columns that the model needs. Make the collection again."
            )

    @cached_property
    def captions(self) -> CaptionSearch:
        """The index over the labels, captions and categories. It is a file, or made in memory on first use in a small collection.

        Raises:
            ArtifactError: The file is missing or damaged.
        """
        stored = self.layout.captions.name in self.manifest.files
        return open_captions(self.layout, self.manifest, self.items) if stored else super().captions

    def verify(self) -> None:
        """Check the files that every search reads.

        Raises:
            ArtifactError: A file is missing or damaged.
        """
        self.files.verify()

    def _open_products(self, by: Multiplied) -> Products:
        return self.files.products(by)

    def picture(self, row: int) -> Path:
        """Return the path of the thumbnail at ``row``. Its content is not checked.

        Raises:
            CollectionError: The file is a link that leads out of the folder of the collection.
            QueryError: ``row`` is not a row of the collection.
        """
        return _path_inside(self.layout.root, self.items[row_given(row, len(self))].file)

    def _file_of(self, item: Item) -> Path:
        return self._path_of_file(item.file)


def _path_inside(root: Path, file: str) -> Path:
    """Return the path of a file of the collection in ``root``.

    Raises:
        CollectionError: The file is a link that leads out of ``root``.
    """
    path = root / file
    if leads_out(path, root):
        raise CollectionError(f"{path} is a link out of the collection {root.name}. Make the collection again.")
    return path
