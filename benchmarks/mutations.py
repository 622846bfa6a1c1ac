"""Damaged and malicious files of a model or a collection, and a count of what they do to the library.

Run ``python -m benchmarks.mutations``. Each mutation is written into a copy of a bundled collection, or of a part of it in the form
of a large one. The manifest is sealed again, as an attacker would do. The collection is then opened and searched. It must work,
or raise a ``DeviseError``.
"""

from __future__ import annotations

import argparse
import collections
import io
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.file_mutations import MUTATIONS
from benchmarks.large_copies import as_large
from devise_core.collections.base import Collection
from devise_core.collections.export import as_zip
from devise_core.collections.folder import FolderCollection
from devise_core.collections.item_table import StoredItems
from devise_core.collections.levels import Levels
from devise_core.collections.segments import layouts
from devise_core.engine import Engine, load_engine
from devise_core.errors import DeviseError
from devise_core.search.annoy_index import AnnoyIndex
from devise_core.storage.manifest import NAME, Manifest, sha256_of
from devise_core.storage.paths import CollectionLayout

SLOWEST = 5.0  # seconds of CPU


def copy_of(folder: Path, target: Path) -> Path:
    """Copy a collection. Each file is a hard link where the file system allows one, so never write into one."""
    try:
        return Path(shutil.copytree(folder, target, copy_function=os.link))
    except shutil.Error:  # another file system
        return Path(shutil.copytree(folder, target, dirs_exist_ok=True))


def mutate(folder: Path, name: str, mutation: str, chance: random.Random) -> None:
    """Replace a file of ``folder`` with a mutation of it, and seal the manifest again unless it is the manifest."""
    path, manifest = folder / name, Manifest.read(folder)
    data = MUTATIONS[mutation](path.read_bytes(), chance)
    path.unlink()
    path.write_bytes(data)
    if name != NAME:
        entry = manifest.files[name]
        manifest.files[name] = replace(entry, sha256=sha256_of(path), bytes=len(data), shape=_shape(data) or entry.shape)
        (folder / NAME).unlink()
        manifest.write()


def _shape(data: bytes) -> tuple[int, ...]:
    """Return the shape of an ``.npy`` file, or () if ``data`` is something else."""
    with suppress(Exception):  # a mutated header can make NumPy raise anything
        return tuple(np.load(io.BytesIO(data), allow_pickle=False).shape)
    return ()


def with_forests(folder: Path, target: Path) -> Path:
    """Copy a collection and let the copy search with Annoy, so that its forests are opened too."""
    copy = copy_of(folder, target)
    manifest, layout = Manifest.read(copy), CollectionLayout(copy)
    for vectors, forest in ((layout.embeddings, layout.embedding_index), (layout.features, layout.feature_index)):
        forest.unlink(missing_ok=True)
        AnnoyIndex.build(np.load(vectors).astype(np.float32), forest)
        manifest.add(forest, "a benchmark")
    manifest.about["index"] = AnnoyIndex.name
    (copy / NAME).unlink()
    manifest.write()
    return copy


def use(engine: Engine, folder: Path) -> None:
    """Open a collection and do with it what the pages do. No error is caught."""
    opened = engine.on(folder)
    opened.collection.verify()
    matches = opened.matches(opened.query("dog"))
    hits = opened.hits(matches.ranking[:5])
    as_zip(opened.collection, hits)
    opened.collection.embedding_index.search(opened.query("dog").vector, 5)
    opened.collection.feature_index.search(opened.collection.features[0] / np.linalg.norm(opened.collection.features[0]), 5)
    projections = opened.collection.projections
    for name in projections.places:
        projections.place(name, opened.query("dog").vector, opened.collection.embeddings)
    use_items(opened.collection)


def use_items(collection: Collection) -> None:
    """Read what is known of the images in every way, and the levels of a large collection. No error is caught."""
    labels, categories = collection.facets("label"), collection.facets("category")
    for label, category in zip(labels, categories, strict=False):
        collection.items_at(collection.postings.with_label(label)[:5])
        collection.sort_keys(collection.postings.in_category(category)[:5], "name")
    for item in collection.items[-12:]:
        collection.row(item.id)
    collection.ids_like("a", 10)
    collection.captions.search([["dog"], ["the", "sea"]], ["cat"])
    if isinstance(collection, FolderCollection) and isinstance(collection.items, StoredItems):
        collection.items.with_keys([item.id for item in collection.items])
        Levels.of_all([Levels.read(layout.levels) for layout in layouts(collection.layout, collection.facts)])


def outcome(use: Callable[[Path], None], folder: Path) -> str:
    """Return "works", "refused", or the name and the text of an exception that must not happen."""
    try:
        use(folder)
    except DeviseError:
        return "refused"
    except Exception as error:
        return f"raw {type(error).__name__}: {error}"
    return "works"


def try_mutations(source: Path, use: Callable[[Path], None], root: Path, names: Sequence[str], options: argparse.Namespace) -> None:
    """Mutate one file of ``source`` at a time, ``use`` the copy, and print how that ended.

    Args:
        source: A folder with a manifest.
        use: Opens a copy of it and uses it.
        root: Where to make the copies.
        names: The files to mutate.
        options: The options of the command, ``count`` and ``seed``.
    """
    use(source)  # what is loaded once is not counted as slow
    counts, chance = collections.Counter[str](), random.Random(options.seed)
    for number in range(options.count):
        folder = copy_of(source, root / "copy")
        name, mutation = chance.choice(names), chance.choice(list(MUTATIONS))
        mutate(folder, name, mutation, random.Random(number))
        start = time.process_time()
        ended = outcome(use, folder)
        ended = ended if time.process_time() - start < SLOWEST else f"slow {ended}"
        counts[ended.split(" ")[0]] += 1
        if ended.startswith(("raw", "slow")):
            print(f"{number} {name} {mutation}: {ended}", flush=True)
        shutil.rmtree(folder)
    print(f"{options.count} mutations: " + ", ".join(f"{ending} {count}" for ending, count in sorted(counts.items())))


def parsed(description: str | None, count: int) -> argparse.Namespace:
    """Return the options ``--count`` and ``--seed``."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def main() -> None:
    """Try mutations of every file of a bundled collection and of a copy in the format of large ones, and print how they ended."""
    options, engine = parsed(__doc__, 5_000), load_engine()
    photos = engine.collections()["photos"]
    with tempfile.TemporaryDirectory() as temporary:
        for source in (with_forests(photos, Path(temporary) / "small"), as_large(engine, photos, Path(temporary) / "large")):
            names = [NAME, *Manifest.read(source).files]
            print(f"{source.name}: {len(names)} files")
            try_mutations(source, partial(use, engine), Path(temporary), names, options)


if __name__ == "__main__":
    main()
