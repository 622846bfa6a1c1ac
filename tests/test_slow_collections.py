"""A collection that hangs while it is opened is named, and does not block the others."""

from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from weakref import ref

import pytest

from devise_core.engine import Engine
from devise_core.errors import CollectionError, SlowCollectionError
from devise_core.serving.open_engines import EngineCache, base_engine, collection_engine, offered_collections
from devise_core.settings import settings
from devise_core.storage.paths import BUNDLED_ARTIFACTS
from tests.app_testing import app, checked, page_text, tile_names
from tests.browsing import PATIENCE, wait_until
from ui.server.engine_cache import choosable_collections

pytestmark = pytest.mark.usefixtures("models_load_once", "fresh_settings")


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Until it is set, the collection ``stamps`` does not open."""
    opened, open_collection = threading.Event(), Engine.on

    def wait_at_gate(engine: Engine, collection: Path) -> Engine:
        if collection == "stamps" or getattr(collection, "name", "") == "stamps":
            opened.wait(PATIENCE)
        return open_collection(engine, collection)

    monkeypatch.setattr(Engine, "on", wait_at_gate)
    yield opened
    opened.set()


def change(path: Path) -> None:
    """Replace a file by a copy, so that its collection is opened again."""
    shutil.copy(path.resolve(), path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def test_a_hanging_collection_is_named_and_the_others_work(
    artifacts: Path, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.set()
    assert tile_names(app("text_search", q="violin", collection="stamps"))
    gate.clear()
    change(artifacts / "collections/stamps/items.csv")
    monkeypatch.setenv("SEMBLANCE_OPEN_SECONDS", "0.2")
    settings.cache_clear()
    test = app("text_search", q="bird")
    assert tile_names(checked(test))
    [choice] = [group for group in test.button_group if str(group.key).startswith("choose-")]
    assert [option.content for option in choice.proto.options] == ["Photographs", "stamps (opening)"]
    slow = app("text_search", q="bird", collection="stamps")
    said = page_text(checked(slow)).replace("\\", "")
    assert "“stamps” has not opened within 0.2 seconds. Choose another one" in said
    gate.set()
    wait_until(lambda: all(each.opens for each in choosable_collections()))
    assert tile_names(checked(slow.run()))


@pytest.mark.usefixtures("artifacts")
def test_a_server_starts_if_its_first_collection_hangs(gate: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_DEFAULT_COLLECTION", "stamps")
    monkeypatch.setenv("SEMBLANCE_OPEN_SECONDS", "5")  # enough for `photos` on a slow machine
    settings.cache_clear()
    assert base_engine().collection.name == "photos"
    monkeypatch.setenv("SEMBLANCE_OPEN_SECONDS", "0.2")
    settings.cache_clear()
    with pytest.raises(SlowCollectionError):
        collection_engine("stamps")
    gate.set()


def test_only_the_first_request_waits_for_a_slow_collection(engine: Engine) -> None:
    gate, cache = threading.Event(), EngineCache()

    def open_slowly() -> Engine:
        gate.wait(PATIENCE)
        return engine

    opening = cache.start("slow", 1, open_slowly)
    for _ in range(3):
        with pytest.raises(SlowCollectionError, match="“slow” has not opened within 0.1 seconds"):
            cache.start("slow", 1, open_slowly).engine("slow", 0.1)
        assert cache.start("slow", 1, open_slowly) is opening  # one thread, however many ask
    assert cache.start("other", 1, lambda: engine).engine("other", None) is engine
    gate.set()
    assert opening.engine("slow", None) is engine


def test_a_failure_is_tried_again_and_an_open_engine_is_kept_until_its_files_change(engine: Engine) -> None:
    cache, tried = EngineCache(), list[int]()

    def fail_once() -> Engine:
        tried.append(1)
        if len(tried) == 1:
            raise CollectionError("is empty")
        return engine

    with pytest.raises(CollectionError, match="is empty"):
        cache.start("a", 1, fail_once).engine("a", None)
    for version in (1, 1, 2):
        assert cache.start("a", version, fail_once).engine("a", None) is engine
    assert len(tried) == 3


def test_the_engine_of_a_removed_collection_is_dropped(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path))
    settings.cache_clear()
    shutil.copytree(BUNDLED_ARTIFACTS / "collections" / "stamps", tmp_path / "mine")
    kept = ref(collection_engine("mine"))
    assert "mine" in [each.name for each in offered_collections()] and kept() is not None
    shutil.rmtree(tmp_path / "mine")
    assert "mine" not in [each.name for each in offered_collections()]
    gc.collect()
    assert kept() is None
