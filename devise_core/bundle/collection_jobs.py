"""The jobs of ``build`` that write the bundled collections, and the files that are computed from their vectors."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.bundle import packages, photos, stamps
from devise_core.bundle.context import BuildContext
from devise_core.bundle.package_photos import PACKAGES, extract_package_photos
from devise_core.bundle.thumbnails import FOR_MODEL, copy_for_model
from devise_core.collections.finding import find_collections
from devise_core.collections.folder import FolderCollection
from devise_core.collections.projection import project
from devise_core.collections.stored_parts import store_parts
from devise_core.collections.writer import write_collection
from devise_core.datatypes import Item
from devise_core.errors import BuildError
from devise_core.search.model_parts import ModelParts
from devise_core.storage.atomic_write import atomic_folder
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import CollectionLayout
from devise_core.text.opening import open_text_encoder
from devise_core.vision.focus import FocusFinder
from devise_core.vision.image_encoder import KerasImageEncoder


def build_stamps(context: BuildContext) -> None:
    """Build the collection ``stamps``."""
    source = context.unpacked(packages.TUXPAINT_STAMPS)
    about = {
        "title": "Cut-outs",
        "description": "Single things without a background, from Tux Paint. Most are photographs.",
        "cut_outs": True,
    }
    _build_collection(context, "stamps", (packages.TUXPAINT_STAMPS,), about, lambda out: stamps.extract_stamps(source, out))


def build_photos(context: BuildContext) -> None:
    """Build the collection ``photos``."""
    folders = {name: context.unpacked(package) for name, package in PACKAGES.items()}

    def extract(out: Path) -> list[Item]:
        items = photos.extract_photos(folders[packages.GCOMPRIS.name], out)
        items += extract_package_photos(folders, out)
        photos.write_attribution(out / "ATTRIBUTION.csv", items)
        return items

    about = {
        "title": "Photographs",
        "description": "Animals, landscapes, buildings, food, people and things, as a camera sees them.",
    }
    _build_collection(context, "photos", tuple(PACKAGES.values()), about, extract)


def build_maps(context: BuildContext) -> None:
    """Compute the maps of every collection in the artifact folder again, from its embeddings."""
    for collection in _collections(context):
        with _changed(collection) as (layout, manifest):
            projections = project(collection.embeddings)
            projections.save(layout.projections)
            _add(manifest, layout.projections, "maps")
        maps = ", ".join(f"{map_name} {value:.3f}" for map_name, value in projections.trustworthiness.items())
        context.log(f"{collection.name}: {maps}")


def build_scores(context: BuildContext) -> None:
    """Compute again what every collection in the artifact folder stores for the score and the evidence."""
    parts = _parts(context)
    for collection in _collections(context):
        with _changed(collection) as (layout, manifest):
            for file in store_parts(layout, manifest, parts, collection.features, collection.embeddings):
                _add(manifest, file, "scores")
        context.log(f"{collection.name}: evidence {manifest.about.get('evidence')}")


def _build_collection(
    context: BuildContext,
    name: str,
    sources: Sequence[packages.Package],
    about: Mapping[str, Any],
    extract: Callable[[Path], list[Item]],
) -> None:
    """Extract the images of some packages, embed them and write the collection."""
    encoder = KerasImageEncoder(context.layout.model, context.manifest())
    if not encoder.model_id:
        raise BuildError("There is no model to embed the images with. Run `python -m devise_core build head` first.")
    with atomic_folder(context.layout.collections / name) as folder, tempfile.TemporaryDirectory(dir=folder.parent) as staged:
        out = Path(staged) / name
        items = extract(out)
        shutil.copytree(out, folder, ignore=shutil.ignore_patterns(FOR_MODEL), dirs_exist_ok=True)
        copies = [copy_for_model(out, item.file) for item in items]
        encoded = list(encoder.encode_many(copies))
        focus = FocusFinder(context.layout.model, context.manifest()).find(copies)
        write_collection(
            CollectionLayout(folder),
            [replace(item, focus=point) for item, point in zip(items, focus, strict=True)],
            np.concatenate([part.features for part in encoded]),
            np.concatenate([part.embeddings for part in encoded]),
            encoder.model_id,
            f"python -m devise_core build {name}",
            "; ".join(f"{package.registry}: {package.name} {package.version}" for package in sources),
            sources[0].licence if len(sources) == 1 else "per image, in ATTRIBUTION.csv",
            parts=_parts(context),
            about=about,
        )
    context.log(f"{name}: {len(items)} images")


def _collections(context: BuildContext) -> list[FolderCollection]:
    """Return the collections in the artifact folder."""
    folders = find_collections(context.layout.root).values()
    return [FolderCollection.open(path) for path in folders if path.parent == context.layout.collections]


@contextmanager
def _changed(collection: FolderCollection) -> Iterator[tuple[CollectionLayout, Manifest]]:
    """Yield a copy of a collection's folder and the manifest of the copy. At the end, the copy replaces the collection."""
    with atomic_folder(collection.layout.root) as folder:
        shutil.copytree(collection.layout.root, folder, dirs_exist_ok=True)
        manifest = Manifest.read(folder)
        yield CollectionLayout(folder), manifest
        manifest.write()


def _add(manifest: Manifest, file: Path, job: str) -> None:
    """Add a file that ``job`` computed from the embeddings."""
    embeddings = manifest.files["embeddings.npy"]
    manifest.add(file, f"python -m devise_core build {job}", embeddings.source, embeddings.licence)


def _parts(context: BuildContext) -> ModelParts:
    return ModelParts(context.layout, context.manifest(), open_text_encoder(context.layout, indexed=True))
