"""Malformed files of a large collection from a stranger are refused with an ``ArtifactError``, and none is read without end."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks.file_mutations import MUTATIONS
from benchmarks.mutations import copy_of, mutate, outcome
from devise_core.collections import read_only_database
from devise_core.collections.folder import FolderCollection
from devise_core.collections.item_table import ItemTable, StoredItems
from devise_core.collections.local_store import LocalStore
from devise_core.collections.read_only_database import open_read_only
from devise_core.collections.vector_files import MappedVectorFiles
from devise_core.errors import ArtifactError
from devise_core.search.conditions import HasLabel, InCategory
from devise_core.storage.manifest import NAME, Manifest, sha256_of
from devise_core.storage.paths import CollectionLayout
from tests.conftest import BUNDLED
from tests.large_collections import EMBEDDINGS, FEATURES, FIRST, add

ENDLESS = "WITH RECURSIVE numbers(row) AS (SELECT 1 UNION ALL SELECT row + 1 FROM numbers) SELECT row FROM numbers"
CHANGES = {
    "a file of bytes": "UPDATE items SET file = x'6162'",
    "a category of bytes": "UPDATE items SET category = x'ff'",
    "an id of bytes": "UPDATE items SET id = CAST(id AS BLOB)",
    "a key of bytes": "UPDATE items SET key = x'ff'",
    "nested labels": f"UPDATE items SET labels = '{'[' * 100_000}'",
    "labels that are no list": "UPDATE items SET labels = '7'",
    "labels with null": "UPDATE items SET labels = 'null'",
    "a focus without end": "UPDATE items SET focus = '1e999 nan'",
    "a file outside": "UPDATE items SET file = '../../etc/passwd'",
    "rows of text": "UPDATE facets SET rows = 'abcd'",
    "rows that do not exist": "UPDATE facets SET rows = x'ffffff7f'",
    "half a row": "UPDATE facets SET rows = x'ff'",
    "a count of text": "UPDATE facets SET count = 'many'",
    "a value of bytes": "UPDATE facets SET value = CAST(value AS BLOB)",
    "too many rows": "INSERT INTO items SELECT 9223372036854775807, key, 'last', file, labels, category, caption, author, licence, source, focus, indexed_file, taken FROM items WHERE row = 0",
    "no rows": "DELETE FROM items",
    "no table": "DROP TABLE facets",
    "an endless view": f"ALTER TABLE items RENAME TO others; CREATE VIEW items AS {ENDLESS}",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON items BEGIN DELETE FROM items; END",
    "a table that is no text": "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = CAST(x'df20ff' AS TEXT) WHERE name = 'facets'",
    "another table": "CREATE VIRTUAL TABLE others USING fts5(a)",
}


def use_large(path: Path) -> None:
    """Open a collection and read all that pages read."""
    opened = FolderCollection.open(path)
    opened.verify()
    items, store = opened.items_at([0, 5, len(opened) - 1]), LocalStore(opened)
    opened.sort_keys([0, 1, 2], "name")
    assert isinstance(opened.items, StoredItems)
    opened.items.with_keys([items[0].id])
    opened.ids_like("image", 3)
    opened.facets("label")
    opened.facets("category")
    store.items([items[0].id])
    store.count(HasLabel("label 1"))
    store.count(InCategory("animals"))
    store.nearest(EMBEDDINGS[0], 5)
    store.nearest(FEATURES[0], 5, by="visual")
    store.vectors([items[0].id])
    opened.captions.search([["picture"]])
    assert opened.about
    assert opened.projections.places


@pytest.fixture
def copies(large_folder: Path) -> partial[Path]:
    """Makes copies of a collection to which images were added."""
    add(large_folder, FIRST, FIRST + 5)
    use_large(large_folder)
    return partial(shutil.copytree, large_folder, copy_function=os.link)


def files_of(path: Path) -> list[str]:
    return [name for name in Manifest.read(path).files if (path / name).is_file()]


def test_no_mutation_of_any_file_raises_a_raw_error(copies: partial[Path], large_folder: Path, tmp_path: Path) -> None:
    names, chance = [NAME, *files_of(large_folder)], random.Random(3)
    assert {Path(name).suffix for name in names} >= {".sqlite", ".scan", ".npz", ".npy", ".json"}
    for number in range(150):
        copy = copies(tmp_path / f"copy-{number}")
        name, mutation = names[number % len(names)], chance.choice(sorted(MUTATIONS))
        mutate(copy, name, mutation, random.Random(number))
        assert outcome(use_large, copy) in {"works", "refused"}, (name, mutation, number)


@pytest.mark.parametrize("name", CHANGES)
def test_items_that_make_no_sense_are_refused(name: str, copies: partial[Path], tmp_path: Path) -> None:
    copy = copies(tmp_path / "copy")
    path = change_database(copy, "items.sqlite", CHANGES[name])
    with pytest.raises(ArtifactError, match="lists 0 images" if name == "no rows" else path.name):
        use_large(copy)


def change_database(copy: Path, name: str, statements: str) -> Path:
    """Change a database of a copy with SQL, and record its new digest in the manifest, as an attacker would."""
    path, manifest = copy / name, Manifest.read(copy)
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data)
    with sqlite3.connect(path) as database:
        database.executescript(statements)
    database.close()
    manifest.files[name] = replace(manifest.files[name], sha256=sha256_of(path), bytes=path.stat().st_size)
    (copy / NAME).unlink()
    manifest.write()
    return path


def test_captions_from_a_view_are_refused(copies: partial[Path], tmp_path: Path) -> None:
    copy = copies(tmp_path / "copy")
    path = change_database(copy, "captions.sqlite", f"DROP TABLE captions; CREATE VIEW captions AS {ENDLESS}")
    with pytest.raises(ArtifactError, match=path.name):
        use_large(copy)


def test_a_statement_ends_at_its_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_only_database, "TIME_LIMIT", 0.1)
    with sqlite3.connect(tmp_path / "a.sqlite") as database:
        database.execute("CREATE TABLE a (b)")
    began = time.monotonic()
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        open_read_only(tmp_path / "a.sqlite", ["a"]).execute(f"SELECT max(row) FROM ({ENDLESS})").fetchall()
    assert time.monotonic() - began < 60


def test_a_collection_with_fewer_items_than_vectors_does_not_open(tmp_path: Path) -> None:
    folder = copy_of(BUNDLED / "collections/photos", tmp_path / "copy")
    path, manifest = folder / "items.csv", Manifest.read(folder)
    lines = path.read_text("utf-8").splitlines(keepends=True)[:-3]
    path.unlink()
    path.write_text("".join(lines), "utf-8")
    manifest.add(path, "a test")
    (folder / NAME).unlink()
    manifest.write()
    with pytest.raises(ArtifactError, match=r"lists 378 images, and 381 embeddings\. Make the collection again"):
        FolderCollection.open(folder)


def test_vectors_of_other_images_are_refused_each_time(large_folder: Path, copies: partial[Path], tmp_path: Path) -> None:
    copy = copies(tmp_path / "copy")
    path, manifest = copy / "embeddings.npy", Manifest.read(copy)
    rows = np.load(path)
    path.unlink()
    np.save(path, rows[:-1])
    files = MappedVectorFiles(CollectionLayout(copy), manifest, len(FolderCollection.open(large_folder)))
    manifest.add(path, "a test")
    for _ in range(2):
        with pytest.raises(ArtifactError, match=r"does not have \d+ rows, one for each item"):
            files.rows("semantic")


def test_names_are_in_the_order_of_the_rows_and_a_missing_one_is_reported(large_folder: Path) -> None:
    table = ItemTable(FolderCollection.open(large_folder).layout.item_table)
    rows = [7, 2, 7, 0]
    assert table.sort_keys(rows, "name") == [item.labels[0] if item.labels else item.id for item in table.at(rows)]
    assert table.sort_keys([], "name") == []
    for read in (partial(table.sort_keys, by="name"), table.at):
        with pytest.raises(ArtifactError, match="has no item 100000"):
            read([1, 100_000])
