"""The engine and the commands over a collection in Milvus, compared with a folder of the same images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from devise_core import Engine, load_engine
from devise_core.cli.main import main
from devise_core.collections.contract import ImageBatch
from devise_core.collections.copying import copy_collection
from devise_core.collections.milvus.collection import MilvusCollection
from devise_core.collections.milvus.connection import MilvusConnection
from devise_core.collections.milvus.listing import MilvusListing
from devise_core.collections.milvus.removing import remove_milvus_collection
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.datatypes import Item
from devise_core.errors import CollectionError, UnknownCollectionError
from devise_core.installation import PROGRAM
from devise_core.search.conditions import HasId, HasLabel, InCategory
from devise_core.serving.open_engines import collection_engine, is_offered, offered_collections, pictures_folder
from tests.fakes import ColourEncoder
from tests.json_output import read_output


@pytest.fixture(scope="module")
def engines(connection: MilvusConnection, tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, Engine]:
    """An engine over a folder, and one over its copy in Milvus."""
    engine = load_engine(collection="photos")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("SEMBLANCE_MILVUS_PICTURES", str(tmp_path_factory.mktemp("pictures")))
        assert copy_collection(engine.collection, "milvus:photos", engine.model_id, engine.parts, None, connection).count == len(
            engine.collection
        )
        return engine, engine.on(MilvusCollection.open("photos", engine.model_id, connection))


@pytest.mark.parametrize("text", ["violin", "dog -snow", "bridge at night", "bank"])
def test_a_text_search_finds_what_it_finds_in_a_folder(engines: tuple[Engine, Engine], text: str) -> None:
    folder, remote = engines
    expected, hits = folder.search_text(text), remote.search_text(text)
    assert [hit.id for hit in hits] == [hit.id for hit in expected]
    assert [hit.cosine for hit in hits] == pytest.approx([hit.cosine for hit in expected], abs=1e-3)
    where = InCategory(expected[0].category) & ~HasId(expected[0].id)
    for condition in (InCategory(""), where):
        one, other = folder.matches(folder.query(text), condition), remote.matches(remote.query(text), condition)
        assert (one.absent, one.sure, one.strong_count(), one.inside_count) == (
            other.absent,
            other.sure,
            other.strong_count(),
            other.inside_count,
        )
        assert one.suggested == pytest.approx(other.suggested, abs=1e-3)


def test_images_are_compared_labelled_and_opened(engines: tuple[Engine, Engine]) -> None:
    folder, remote = engines
    hit = remote.search_text("violin", 1)[0]
    for by in ("semantic", "visual", "labels"):
        assert [each.id for each in remote.more_like(hit.id, 5, by)] == [each.id for each in folder.more_like(hit.id, 5, by)]
    assert remote.label_all(2, [hit.row]) == folder.label_all(2, [folder.collection.row(hit.id)])
    assert hit.path is not None
    assert hit.path.read_bytes() == Path(folder.collection.picture(folder.collection.row(hit.id))).read_bytes()  # type: ignore[arg-type]
    label = folder.collection.items[0].labels[0]
    assert folder.collection.items[0].id in [each.id for each in remote.found_by_caption(label.lower())]
    assert remote.found_by_caption(label.lower(), where=~HasLabel(label)) == []
    assert remote.collection.about.labels == folder.collection.about.labels


def test_a_page_takes_at_most_five_calls(engines: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    collection = engines[1].collection
    assert isinstance(collection, MilvusCollection)
    remote = engines[0].on(MilvusCollection(collection.store))  # a new one, which has cached nothing yet
    client, calls = collection.store.connection.client, list[str]()

    def counted(verb: str) -> Callable[..., Any]:
        real = getattr(client, verb)

        def call(*arguments: Any, **options: Any) -> Any:
            calls.append(verb)
            return real(*arguments, **options)

        return call

    for verb in ("search", "query"):
        monkeypatch.setattr(client, verb, counted(verb))
    remote.hits(remote.matches(remote.query("violin")).ranking[:24])
    assert calls.count("search") == 1
    assert len(calls) <= 5
    calls.clear()
    category = next(iter(collection.about.categories))
    assert len(remote.hits(remote.matches(remote.query("bridge"), InCategory(category)).inside[:24]))
    assert len(calls) <= 5


def test_what_milvus_cannot_do_says_what_to_do(engines: tuple[Engine, Engine]) -> None:
    collection = engines[1].collection
    with pytest.raises(CollectionError, match="no map of Photographs.*copy milvus:photos NAME"):
        collection.projections  # noqa: B018
    with pytest.raises(CollectionError, match="needs all images.*copy milvus:photos NAME"):
        collection.embeddings  # noqa: B018


def test_a_copy_in_a_folder_has_the_same_images(
    engines: tuple[Engine, Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, remote = engines
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path))
    monkeypatch.setattr("devise_core.collections.writer.project", lambda *_: folder.collection.projections)
    copy_collection(remote.collection, "back", remote.model_id, remote.parts)
    back = folder.on(tmp_path / "back").collection
    assert [replace(item, file="") for item in back.items] == [replace(item, file="") for item in folder.collection.items]
    assert back.embeddings == pytest.approx(folder.collection.embeddings, abs=1e-6)
    assert np.array_equal(back.features, folder.collection.features)
    assert back.title == folder.collection.title


def test_the_commands_copy_and_search(
    engines: tuple[Engine, Engine],
    connection: MilvusConnection,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SEMBLANCE_MILVUS_URI", connection.uri)
    assert main(["search", "violin", "--collection", "milvus:photos", "-k", "2", "--json"]) == 0
    assert [hit["id"] for hit in read_output(capsys.readouterr().out)["hits"]] == [
        hit.id for hit in engines[0].search_text("violin", 2)
    ]
    assert main(["copy", "milvus:photos", "milvus:photos"]) == 1
    assert "copied to itself" in capsys.readouterr().err
    assert main(["copy", "milvus:none", "milvus:photos"]) == 1
    assert "no collection none in Milvus" in capsys.readouterr().err


def test_a_folder_is_indexed_into_milvus(
    connection: MilvusConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable in ("COLLECTIONS", "MILVUS_PICTURES"):
        monkeypatch.setenv(f"SEMBLANCE_{variable}", str(tmp_path / variable))
    monkeypatch.setattr("devise_core.cli.quiet.QuietImageEncoder", lambda *_: ColourEncoder())
    parts = SimpleNamespace(scorer=None, classifier=None, evidence=None, random_nouns=None, version="v")
    monkeypatch.setattr("devise_core.search.model_parts.ModelParts", lambda *_: parts)
    for colour in ("red", "green"):
        (tmp_path / "in" / colour).mkdir(parents=True)
        Image.new("RGB", (20, 10), colour).save(tmp_path / "in" / colour / "one.png")
    arguments = ["index", str(tmp_path / "in"), "--name", "colours", "--store", "milvus", "--uri", connection.uri, "--json"]
    for new in (2, 0):
        assert main(arguments) == 0
        assert read_output(capsys.readouterr().out).items() >= {"collection": "milvus:colours", "new": new}.items()
        collection = MilvusCollection.open("colours", "m", connection)
        assert collection.about.labels == {"green": 1, "red": 1}
        assert collection.items[0].author == ""
        assert Image.open(collection.picture(0)).size == (20, 10)
    assert main([*arguments[:4], "--uri", "x"]) == 1
    assert "Add --store milvus" in capsys.readouterr().err


def test_a_server_offers_the_collections_in_milvus_and_goes_on_without_them(
    engines: tuple[Engine, Engine], connection: MilvusConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMBLANCE_MILVUS_URI", connection.uri)
    listing = MilvusListing()
    assert "milvus:photos" in listing.versions()
    monkeypatch.setattr("devise_core.serving.open_engines._LISTING", listing)
    assert is_offered("milvus:photos")
    assert "Photographs" in [each.title for each in offered_collections() if each.name == "milvus:photos"]
    engine = collection_engine("milvus:photos")
    hit = engine.search_text("violin", 1)[0]
    assert (pictures_folder("milvus:photos") / hit.item.file).name == Path(str(hit.path)).name
    monkeypatch.setenv("SEMBLANCE_MILVUS_URI", "http://127.0.0.1:1")
    assert listing.versions() == {}
    assert {each.name for each in offered_collections() if each.opens} >= {"photos", "stamps"}
    with pytest.raises(UnknownCollectionError):
        collection_engine("milvus:photos")


def test_a_collection_in_milvus_is_shown_and_not_renamed(
    engines: tuple[Engine, Engine],
    connection: MilvusConnection,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SEMBLANCE_MILVUS_URI", connection.uri)
    folder, _ = engines
    assert main(["collections", "show", "milvus:photos", "--json"]) == 0
    facts = read_output(capsys.readouterr().out)
    assert (facts["title"], facts["images"]) == ("Photographs", len(folder.collection))
    assert facts["model"] == folder.model_id
    assert len(facts["labels"]) == 8
    assert main(["collections", "show", "milvus:photos"]) == 0
    assert f"Milvus at {connection.uri}" in capsys.readouterr().out
    assert main(["collections", "rename", "milvus:photos", "pictures"]) == 1
    assert f"{PROGRAM} copy milvus:photos milvus:NEW_NAME" in capsys.readouterr().err


def test_a_collection_in_milvus_is_copied_within_milvus(
    engines: tuple[Engine, Engine], connection: MilvusConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMBLANCE_MILVUS_PICTURES", str(tmp_path))
    _, source = engines
    copied = copy_collection(source.collection, "milvus:pictures", source.model_id, source.parts, None, connection)
    assert copied.count == len(source.collection)
    copy = source.on(MilvusCollection.open("pictures", source.model_id, connection))
    assert [hit.id for hit in copy.search_text("violin")] == [hit.id for hit in source.search_text("violin")]
    remove_milvus_collection("pictures", connection)


def test_collections_in_milvus_are_listed_and_removed(
    connection: MilvusConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path))
    monkeypatch.setenv("SEMBLANCE_MILVUS_PICTURES", str(tmp_path / "thumbnails"))
    monkeypatch.setenv("SEMBLANCE_MILVUS_URI", connection.uri)
    batch = ImageBatch([Item("a", "a.webp")], np.eye(1, 6, dtype=np.float32), np.eye(1, 4, dtype=np.float32), [b"x"], ["a"])
    for name, model_id in {"spare": "m", "same": load_engine().model_id}.items():
        with MilvusWriter(name, model_id, connection) as writer:
            writer.put(batch)
            writer.seal()
    assert main(["collections", "--json"]) == 0
    listed = read_output(capsys.readouterr().out)
    assert listed["collections"].items() >= {"milvus:same": 1, "stamps": 384}.items()
    assert listed["other_models"].items() >= {"milvus:spare": 1}.items()
    assert main(["collections", "list"]) == 0
    assert "     1  milvus:spare  (made with another model:" in capsys.readouterr().out
    assert (tmp_path / "thumbnails/semblance_spare").is_dir()
    assert main(["collections", "remove", "milvus:spare", "--yes"]) == 0
    assert not (tmp_path / "thumbnails/semblance_spare").exists()
    assert connection.versions("semblance_spare") == []
    capsys.readouterr()
    assert main(["collections", "remove", "milvus:spare", "--yes"]) == 1
    assert "no collection spare in Milvus" in capsys.readouterr().err
    monkeypatch.setenv("SEMBLANCE_MILVUS_URI", "http://127.0.0.1:1")
    assert main(["collections", "--json"]) == 0
    answer = capsys.readouterr()
    assert "does not answer" in answer.err
    assert "milvus:spare" not in read_output(answer.out)["collections"]
