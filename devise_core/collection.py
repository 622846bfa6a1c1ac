"""A collection: pictures, what is known of them, and their vectors; mostly in one folder, which is written whole."""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import astuple, fields
from functools import cached_property
from pathlib import Path
from typing import NoReturn

import numpy as np

from devise_core.datatypes import Hit, Item
from devise_core.errors import ArtifactError, CollectionError, OtherModelError
from devise_core.index import EXACT_UP_TO, AnnoyIndex, ExactIndex, Index
from devise_core.layout import CollectionLayout, is_unfinished, own_collections, restore_interrupted
from devise_core.manifest import Manifest
from devise_core.projection import Projections
from devise_core.vectors import Floats

_MARKS = ("manifest.json", "items.csv")
"""A folder with one of these is a collection, though perhaps a damaged one."""
_COLUMNS = [field.name for field in fields(Item)]


class Collection(ABC):
    """Pictures that can be searched. Items, embeddings ``(n, d)`` and features ``(n, f)`` share their order."""

    def __init__(self, name: str, items: Sequence[Item]) -> None:
        self.name, self.items = name, list(items)

    @staticmethod
    def open(folder: Path, model: str | None = None) -> FolderCollection:
        """Open ``folder``; where ``model`` (the SHA-256 of a model file) is given, the vectors must be that model's."""
        layout = CollectionLayout(folder)
        restore_interrupted(folder.parent) if folder.parent.is_dir() else None
        if not folder.is_dir():
            raise CollectionError(f"There is no collection at {folder}: make one with "
                                  f"`python -m devise_core index FOLDER --name {folder.name}`.")
        manifest = Manifest.read(folder)
        made_with = manifest.about.get("model")
        if model and made_with != model:
            raise OtherModelError(f"The collection {folder.name} was made with another model: open that one with --artifacts "
                                  "FOLDER (in the app: DEVISE_ARTIFACTS), or make the collection again for this one with "
                                  f"`python -m devise_core index FOLDER --name {folder.name}`.")
        return FolderCollection(layout, manifest, read_items(manifest.verified(layout.items)))

    @property
    @abstractmethod
    def version(self) -> str:
        """Another one once the collection was made again: for the keys of caches and the addresses of pictures."""

    @property
    @abstractmethod
    def embeddings(self) -> Floats: ...

    @property
    @abstractmethod
    def features(self) -> Floats: ...

    @property
    @abstractmethod
    def embedding_index(self) -> Index:
        """Over meaning."""

    @property
    @abstractmethod
    def feature_index(self) -> Index:
        """Over looks."""

    @property
    @abstractmethod
    def projections(self) -> Projections:
        """Its maps. Raises ``CollectionError`` for a collection made before there were such."""

    def verify(self) -> None:  # noqa: B027  what is in no file cannot be damaged
        """Check now what every search reads. Raises ``ArtifactError``, which names the file."""

    @abstractmethod
    def picture(self, row: int) -> Path | bytes:
        """The file of a picture, or its bytes where it is in no file."""

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._rows

    def row(self, item_id: str) -> int:
        """Raises ``CollectionError`` for an id that is not in the collection."""
        try:
            return self._rows[item_id]
        except KeyError as error:
            raise CollectionError(f"The collection {self.name} has no picture “{item_id}”: "
                                  "choose one of its own, or another collection.") from error

    def hit(self, row: int, cosine: float) -> Hit:
        picture = self.picture(row)
        return Hit.of(self.items[row], picture if isinstance(picture, Path) else None, cosine)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {item.id: row for row, item in enumerate(self.items)}


class FolderCollection(Collection):
    """A collection on disk; its vectors are read as they are first asked for."""

    def __init__(self, layout: CollectionLayout, manifest: Manifest, items: Sequence[Item]) -> None:
        super().__init__(layout.root.name, items)
        self.layout, self.manifest = layout, manifest

    @property
    def version(self) -> str:
        return str(int(self.layout.root.stat().st_mtime))

    @cached_property
    def embeddings(self) -> Floats:
        return self._vectors(self.layout.embeddings)

    @cached_property
    def features(self) -> Floats:
        return self._vectors(self.layout.features)

    @cached_property
    def embedding_index(self) -> Index:
        return self._index(self.embeddings, self.layout.embedding_index)

    @cached_property
    def feature_index(self) -> Index:
        return self._index(self.features, self.layout.feature_index)

    @cached_property
    def projections(self) -> Projections:
        if self.layout.projections.name not in self.manifest.files:
            raise CollectionError(f"The collection {self.name} has no map yet: make it again with "
                                  f"`python -m devise_core index FOLDER --name {self.name}`.")
        return Projections.read(self.manifest.verified(self.layout.projections), len(self))

    def verify(self) -> None:
        for file in (self.layout.embeddings, self.layout.features):
            self.manifest.verified(file)

    def picture(self, row: int) -> Path:
        return Path(self.layout.root / self.items[row].file)

    def _vectors(self, path: Path) -> Floats:
        vectors = np.load(self.manifest.verified(path), mmap_mode="r").astype(np.float32)
        if len(vectors) != len(self.items):
            raise ArtifactError(f"{path} has {len(vectors)} rows for {len(self.items)} items: make the collection again.")
        return np.asarray(vectors)

    def _index(self, vectors: Floats, path: Path) -> Index:
        if len(vectors) <= EXACT_UP_TO:
            return ExactIndex(vectors)
        return AnnoyIndex.open(self.manifest.verified(path), vectors.shape[1])


class NoCollection(Collection):
    """Of a model that no pictures were indexed with yet: it names pictures and compares words, and a search says what to do."""

    def __init__(self) -> None:
        super().__init__("none", [])

    def _lacking(self) -> NoReturn:
        raise CollectionError("This model has no collection yet: make one with `python -m devise_core index FOLDER --name NAME "
                              "--artifacts` and the model's folder.")

    version = embeddings = features = embedding_index = feature_index = projections = property(_lacking)

    def picture(self, row: int) -> Path:  # noqa: ARG002  as the others
        self._lacking()


def find_collections(artifacts: Path) -> dict[str, Path]:
    """Name → folder of every collection there is: those that came with the model, then your own."""
    found: dict[str, Path] = {}
    for parent in (artifacts / "collections", own_collections()):
        if parent.is_dir():
            restore_interrupted(parent)
            found |= {folder.name: folder for folder in sorted(parent.iterdir())
                      if folder.is_dir() and not is_unfinished(folder) and any((folder / name).is_file() for name in _MARKS)}
    return found


def read_items(path: Path) -> list[Item]:
    """Read ``items.csv``. Raises ``ArtifactError`` where a column is missing or two items share an id."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        missing = {"id", "file"} - set(rows.fieldnames or ())
        if missing:
            raise ArtifactError(f"{path} lacks the column {sorted(missing)[0]}: restore it, or make the collection again.")
        items = [Item(**{**{name: row.get(name) or "" for name in _COLUMNS},
                         "labels": tuple(filter(None, (row.get("labels") or "").split("|")))})  # type: ignore[arg-type]
                 for row in rows]
    if len({item.id for item in items}) != len(items):
        raise ArtifactError(f"{path} gives one id to several pictures: make the collection again.")
    return items


def write_items(path: Path, items: Sequence[Item]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for item in items:
            row = list(astuple(item))
            row[_COLUMNS.index("labels")] = "|".join(item.labels)
            writer.writerow(row)
