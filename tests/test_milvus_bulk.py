"""Parquet files for Milvus: what they hold, interrupted runs, and a real import where there is a server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest
from pyarrow import parquet
from pymilvus import DataType, MilvusClient

from devise_core.cli.main import main
from devise_core.collections.contract import ImageBatch
from devise_core.collections.item_table_writer import ItemTableWriter
from devise_core.collections.milvus.bulk_writer import BulkWriter, Shard
from devise_core.collections.milvus.connection import MilvusConnection
from devise_core.collections.milvus.parquet_shards import ShardFolder
from devise_core.collections.milvus.schema import image_schema, item_of, looks_schema
from devise_core.collections.milvus.store import MilvusStore
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.datatypes import Item
from devise_core.errors import CollectionError, MissingPackageError, UnreachableStoreError
from tests.contract_images import ODD, SERVER
from tests.fakes import unit_rows

ITEMS = [
    Item(f"{text} {row}", f"images/{row}.webp", (text, "second"), f"{text.replace('/', '')}/below", focus=(0.25, 0.5), author=text)
    for row, text in enumerate(ODD)
] + [Item("plain", "images/plain.webp")]
COUNT, SHARD, ALIAS = len(ITEMS), 5, "semblance_odd"
FEATURES, EMBEDDINGS = 3 * unit_rows(COUNT, 6, 1), unit_rows(COUNT, 4)


class Source:
    """A source that reads the images a few at a time, counts its calls, and can fail at an image."""

    def __init__(self, items: list[Item] = ITEMS, fails_at: int = 10**9) -> None:
        self.items, self.fails_at, self.calls = items, fails_at, 0

    def batches(self, rows: range) -> Iterator[ImageBatch]:
        self.calls += 1
        for start in range(rows.start, rows.stop, 3):
            part = slice(start, min(start + 3, rows.stop))
            if self.calls > 1 and part.stop > self.fails_at:
                raise KeyboardInterrupt
            items = self.items[part]
            thumbnails = [item.id.encode() for item in items]
            yield ImageBatch(items, FEATURES[part], EMBEDDINGS[part], thumbnails, [f"key {item.id}" for item in items])


def writer(folder: Path, name: str = "odd", server: str = "http://127.0.0.1:1") -> BulkWriter:
    return BulkWriter(name, "m", str(folder / "bulk"), MilvusConnection(server), pictures=folder / "pictures", shard=SHARD)


def written(folder: Path, source: Source, url: str = "") -> tuple[ShardFolder, list[Shard]]:
    files, table = (
        ShardFolder(url or str(folder / "bulk"), ALIAS),
        ItemTableWriter(folder / f"{len(list(folder.iterdir()))}.sqlite"),
    )
    try:
        return files, list(writer(folder).write_shards(files, table, source.batches, len(source.items)))
    finally:
        table.close()


def rows_in(file: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = parquet.read_table(file).to_pylist()
    return rows


def times(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (folder / "bulk" / ALIAS).iterdir()}


def test_files_have_the_fields_of_the_schema_and_the_values_of_the_images(tmp_path: Path) -> None:
    _, shards = written(tmp_path, Source())
    folder = tmp_path / "bulk" / ALIAS
    assert [shard.rows for shard in shards] == [range(5), range(5, 10), range(10, COUNT)]
    assert sorted(path.name for path in folder.iterdir()) == sorted(name for shard in shards for name in shard.names)
    kinds = {DataType.VARCHAR: "string", DataType.INT64: "int64", DataType.FLOAT: "float"}
    for column, schema in enumerate((image_schema(MilvusClient, 4), looks_schema(MilvusClient, 6))):
        arrow = parquet.read_schema(folder / shards[0].names[column])
        assert arrow.names == [field.name for field in schema.fields]
        for field in schema.fields:
            expected = kinds.get(field.dtype) or ("string" if field.dtype == DataType.ARRAY else "float")
            assert str(arrow.field(field.name).type).replace("list<element: ", "").strip(">") == expected
    images = [row for shard in shards for row in rows_in(folder / shard.names[0])]
    looks = [row for shard in shards for row in rows_in(folder / shard.names[1])]
    assert [item_of(row) for row in images] == ITEMS
    assert [row["row"] for row in images] == [row["row"] for row in looks] == list(range(COUNT))
    assert [row["key"] for row in images] == [f"key {item.id}" for item in ITEMS]
    assert [row["lineage"] for row in images] == [row["lineage"] for row in looks]
    assert np.array_equal(np.asarray([row["score"] for row in images], dtype=np.float32), EMBEDDINGS)
    assert np.array_equal(np.asarray([row["looks"] for row in looks], dtype=np.float32), FEATURES)
    assert (tmp_path / "pictures" / ALIAS / images[0]["thumbnail"]).read_bytes() == ITEMS[0].id.encode()


def test_a_second_run_writes_only_what_is_not_there_or_has_changed(tmp_path: Path) -> None:
    _, shards = written(tmp_path, Source())
    before = times(tmp_path)
    (tmp_path / "bulk" / ALIAS / shards[1].names[1]).unlink()
    assert written(tmp_path, Source())[1] == shards
    after = times(tmp_path)
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} == set(shards[1].names)
    changed = [*ITEMS[:-1], replace(ITEMS[-1], caption="new")]
    _, others = written(tmp_path, Source(changed))
    assert others[:-1] == shards[:-1]
    assert set(others[-1].names).isdisjoint(shards[-1].names)


def test_an_interrupted_file_is_not_taken_as_complete(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        written(tmp_path, Source(fails_at=4))
    assert [name for name in times(tmp_path) if name.endswith(".parquet")] == []
    _, shards = written(tmp_path, Source())
    name, folder = shards[0].names[0], tmp_path / "bulk" / ALIAS
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])  # as after a crash of the host
    files, again = written(tmp_path, Source())
    assert again == shards
    assert (folder / name).read_bytes() == content
    assert not files.has(name, SHARD - 1)
    (folder / "mine.parquet").touch()
    files.clear()
    assert [path.name for path in folder.iterdir()] == ["mine.parquet"]


def test_a_bucket_is_written_and_the_server_gets_the_key_in_it(tmp_path: Path) -> None:
    files, shards = written(tmp_path, Source(), "memory://bucket/prefix")
    assert len(fsspec.filesystem("memory").ls(f"/bucket/prefix/{ALIAS}")) == 2 * len(shards)
    assert files.for_server(shards[0].names[0]) == f"prefix/{ALIAS}/{shards[0].names[0]}"
    assert written(tmp_path, source := Source(), "memory://bucket/prefix")[1] == shards
    assert source.calls == len(shards), "no image is read a second time to be written"
    local = ShardFolder(str(tmp_path), ALIAS)
    assert local.for_server("a") == str(tmp_path / ALIAS / "a")


def test_what_cannot_be_imported_is_said_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CollectionError, match="Two images have the id “plain”"):
        written(tmp_path, Source([ITEMS[-1], *ITEMS[1:]]))
    with pytest.raises(CollectionError, match=r"file of Milvus Lite.*Leave out --bulk"):
        writer(tmp_path, server=str(tmp_path / "milvus.db"))
    with pytest.raises(UnreachableStoreError):
        writer(tmp_path / "none").write(Source().batches, COUNT)
    assert not (tmp_path / "none/bulk").exists()
    with pytest.raises(CollectionError, match=r"odd://bucket.*Protocol not known"):
        ShardFolder("odd://user:secret@bucket", ALIAS)
    (tmp_path / "file").touch()
    with pytest.raises(CollectionError, match="Correct --bulk"):
        ShardFolder(str(tmp_path / "file"), ALIAS)
    monkeypatch.setitem(__import__("sys").modules, "fsspec", None)
    with pytest.raises(MissingPackageError, match=r"\[bulk\]"):
        ShardFolder(str(tmp_path), ALIAS)


def test_the_command_imports_only_into_milvus(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["copy", "photos", "here", "--bulk", "x"]) == 1
    assert "Copy to milvus:here, or leave out --bulk" in capsys.readouterr().err


@pytest.mark.skipif(not SERVER, reason="needs a Milvus server, which make scale starts")
def test_a_server_imports_each_image_once_also_after_an_interruption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = MilvusConnection(SERVER)
    for start in (0, 1):  # the first run ends between its files, and the second one replaces what it imported

        def stop(done: int, _: int, start: int = start) -> None:
            if start == 0 and done == 3:
                raise KeyboardInterrupt

        bulk = writer(tmp_path, "bulk", SERVER)
        if start == 0:
            with pytest.raises(KeyboardInterrupt):
                bulk.write(Source().batches, COUNT, None, stop)
            with pytest.raises(CollectionError, match="no collection bulk"):
                MilvusStore.open("bulk", connection)
        else:
            bulk.write(Source().batches, COUNT, None, stop)
    store = MilvusStore.open("bulk", connection, pictures=tmp_path / "pictures")
    assert len(store) == connection.count(store.version.images) == connection.count(store.version.looks) == COUNT
    assert store.items([item.id for item in ITEMS]) == ITEMS
    assert not (tmp_path / "bulk/semblance_bulk").exists()
    with MilvusWriter("one by one", "m", connection, pictures=tmp_path / "pictures") as one_by_one:
        one_by_one.put(next(Source().batches(range(3))))
        for start in range(3, COUNT, 3):
            one_by_one.put(next(Source().batches(range(start, COUNT))))
        one_by_one.seal()
    other = MilvusStore.open("one by one", connection, pictures=tmp_path / "pictures")
    for query in unit_rows(5, 4, 7):
        assert store.nearest(query, COUNT) == other.nearest(query, COUNT)
    assert store.about() == other.about()
    assert np.array_equal(store.vectors([ITEMS[0].id], "visual"), other.vectors([ITEMS[0].id], "visual"))
    for each in (store.version, other.version):
        connection.drop(each)
