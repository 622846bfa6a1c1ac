"""Collections in Milvus: expressions, interrupted runs, the engine over them, copies, and error messages."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from devise_core.collections.contract import ImageBatch
from devise_core.collections.milvus.connection import MilvusConnection
from devise_core.collections.milvus.expressions import expression
from devise_core.collections.milvus.facts import write_beginning
from devise_core.collections.milvus.indexes import indexes_for, parameters_of
from devise_core.collections.milvus.names import Version, alias_of, name_of
from devise_core.collections.milvus.store import MilvusStore
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.datatypes import Item
from devise_core.errors import CollectionError, MissingPackageError, OtherModelError, UnreachableStoreError
from devise_core.search.conditions import AnyOf, Condition, HasId, HasLabel, InCategory, satisfies
from tests.contract_images import ODD
from tests.fakes import unit_rows

ITEMS = [Item(f"{text} {row}", f"images/{row}.webp", (text,), text.replace("/", "")) for row, text in enumerate(ODD)]


@pytest.fixture
def pictures(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    monkeypatch.setenv("SEMBLANCE_MILVUS_PICTURES", str(folder))
    return folder


def batch(items: list[Item], seed: int = 0) -> ImageBatch:
    count = len(items)
    thumbnails = [f"picture {item.id}".encode() for item in items]
    return ImageBatch(items, unit_rows(count, 6, seed + 1), unit_rows(count, 4, seed), thumbnails, [item.id for item in items])


def stored(name: str, connection: MilvusConnection, items: list[Item]) -> MilvusStore:
    with MilvusWriter(name, "m", connection) as writer:
        writer.put(batch(items))
        writer.seal()
    return MilvusStore.open(name, connection)


def test_no_character_of_a_value_changes_a_condition(connection: MilvusConnection, pictures: Path) -> None:
    store = stored("odd", connection, ITEMS)
    single = [kind(value) for value in (*ODD, "none") for kind in (HasLabel, InCategory)]
    several: list[Condition] = [
        AnyOf(tuple(map(HasLabel, ODD[:4]))),
        ~AnyOf(tuple(map(HasLabel, ODD))),
        ~HasLabel(ODD[9]) & HasId(ITEMS[1].id),
    ]
    for where in (*single, *map(HasId, (item.id for item in ITEMS)), *several):
        matching = store.connection.query(store.version.images, expression(where), ["id"])
        assert {row["id"] for row in matching} == {item.id for item in ITEMS if satisfies(where, item)}, expression(where)
    assert store.items([item.id for item in ITEMS]) == ITEMS


def test_names_are_read_back_from_milvus() -> None:
    for name in ("photos", "my stamps", "a_b.c-d", "Fotos Zürich", "a_20_b"):
        alias = alias_of(name)
        assert alias.isascii() and alias.replace("_", "a").isalnum()
        assert name_of(alias) == name
        assert Version.read(Version(alias, 12).images) == Version(alias, 12)
    assert Version.read("semblance_photos_v1_looks") is None
    with pytest.raises(CollectionError, match="too long"):
        alias_of("é" * 60)


def test_an_interrupted_run_is_continued_and_readers_see_the_version_before(connection: MilvusConnection, pictures: Path) -> None:
    items = [Item(f"image-{row}", f"images/{row}.webp") for row in range(8)]
    before = stored("continued", connection, items[:2])
    with MilvusWriter("continued", "m", connection) as writer:
        writer.put(batch(items[:6]))
    assert MilvusStore.open("continued", connection).version == before.version
    with MilvusWriter("continued", "m", connection) as writer:
        assert writer.known([items[5].id, items[7].id]) == {items[5].id}
        writer.put(batch([replace(items[3], caption="new"), *items[6:]]))
        writer.put(batch(items[4:6], 9))
        writer.forget_others()
        writer.seal()
    store = MilvusStore.open("continued", connection)
    assert sorted(store.about().sample) == [item.id for item in items[3:]]
    assert store.items(["image-3"])[0].caption == "new"
    assert sorted(row["row"] for row in store.connection.query(store.version.images, "row >= 0", ["row"])) == list(range(5))
    assert len(before.nearest(unit_rows(1, 4)[0], 9)) == 2, "whoever has the version before open can go on"
    connection.client.release_collection(store.version.images)  # as a server does when it restarts
    assert len(stored("continued", connection, items[:1])) == 1


@pytest.mark.parametrize(
    ("count", "is_file", "indexes"),
    [
        (20_000, False, ("FLAT", "FLAT")),
        (20_001, False, ("FLAT", "IVF_SQ8")),
        (200_000, False, ("FLAT", "IVF_SQ8")),
        (200_001, False, ("HNSW", "HNSW")),
        (200_001, True, ("FLAT", "FLAT")),
    ],
)
def test_a_larger_collection_has_a_faster_index(count: int, is_file: bool, indexes: tuple[str, str]) -> None:
    assert indexes_for(count, is_file) == indexes


def test_a_filter_makes_an_index_look_at_more() -> None:
    assert parameters_of("FLAT", True, 24) == {}
    assert [parameters_of("IVF_SQ8", *search) for search in ((False, 24), (True, 24), (False, 5_000))] == [
        {"nprobe": 32},
        {"nprobe": 128},
        {"nprobe": 128},
    ]
    assert [parameters_of("HNSW", *search) for search in ((False, 24), (True, 24), (False, 5_000), (False, 16_384))] == [
        {"ef": 1_024},
        {"ef": 4_096},
        {"ef": 10_000},
        {"ef": 32_768},
    ]


def test_errors_say_what_is_wrong_and_what_to_do(
    connection: MilvusConnection, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stored("wrong", connection, ITEMS[:2])
    with pytest.raises(UnreachableStoreError, match=r"Milvus at http://127\.0\.0\.1:1 does not answer\. Start it"):
        MilvusStore.open("wrong", MilvusConnection("http://127.0.0.1:1"))
    with pytest.raises(CollectionError, match="no collection missing in Milvus.*--store milvus"):
        MilvusStore.open("missing", connection)
    with pytest.raises(OtherModelError, match="another model.*--artifacts"):
        MilvusStore.open("wrong", connection, "another")
    write_beginning(connection, store.version, {"format": 0, "model": "m"})
    with pytest.raises(CollectionError, match="another version of Semblance. Make it again"):
        MilvusStore.open("wrong", connection)
    with pytest.raises(CollectionError, match="SEMBLANCE_MILVUS_PICTURES"):
        stored("lost", connection, ITEMS[:1]).thumbnails.path("images/../../secret")
    monkeypatch.setenv("SEMBLANCE_MILVUS_URI", "")
    with pytest.raises(CollectionError, match="Set SEMBLANCE_MILVUS_URI"):
        MilvusConnection.configured()
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(MissingPackageError, match=r"\[milvus\]"):
        MilvusStore.open("wrong", connection)


def test_a_password_in_the_address_is_not_shown() -> None:
    assert MilvusConnection("http://user:secret@host:19530").shown == "http://host:19530"


def test_a_server_that_was_built_beside_milvus_lite_is_no_file() -> None:
    from pymilvus.exceptions import MilvusException

    server = MilvusConnection("http://127.0.0.1:1")
    with pytest.raises(UnreachableStoreError, match="does not answer"), server.errors():
        raise MilvusException(65535, "/__w/milvus-lite/milvus/client.go:550 rpc error: code = DeadlineExceeded")
