"""Turns at the network in the order of arrival, a rate for each visit, and what a visit may leave with the server."""

from __future__ import annotations

import gc
import logging
import threading
import tomllib
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from devise_core.errors import BusyError
from devise_core.settings import Settings, settings
from devise_core.untrusted.upload_indexing import index_uploads
from devise_core.vision.image_encoder import BATCH
from devise_core.vision.image_reader import read_image
from tests.conftest import BUNDLED
from tests.fakes import ColourEncoder
from tests.test_pages import CAT, app, checked, said
from tests.test_session import FILES, png
from ui.server import metrics_routes, model_queue, rate_limit, upload_quota
from ui.server.model_queue import network
from ui.server.rate_limit import Rate, Turns


@pytest.fixture
def fresh() -> Iterator[None]:
    """Settings are read anew, before and after."""

    def forget() -> None:
        for kept in (settings, rate_limit.turns, metrics_routes._on):
            kept.cache_clear()

    forget()
    yield
    forget()


def quiet(before: int) -> None:
    pass


def test_turns_come_in_the_order_of_arrival_and_tell_who_is_before() -> None:
    turns, done, heard = Turns(1, 9, 30), list[int](), {1: list[int](), 2: list[int](), 3: list[int]()}
    queued = {number: threading.Event() for number in heard}

    def visit(number: int) -> None:
        def tell(before: int) -> None:
            heard[number].append(before)
            queued[number].set()

        with turns.turn(tell) as waited:
            assert waited > 0
            done.append(number)

    visits = [threading.Thread(target=visit, args=(number,)) for number in heard]
    with turns.turn(quiet) as waited:
        assert waited < 0.2
        for number, each in enumerate(visits, 1):
            each.start()
            assert queued[number].wait(20)
        assert turns.waiting == 3
    for each in visits:
        each.join(20)
    assert done == [1, 2, 3]
    assert {number: before[0] for number, before in heard.items()} == {1: 1, 2: 2, 3: 3}
    assert turns.waiting == 0


def test_several_at_a_time() -> None:
    turns = Turns(2, 0, 1)
    with turns.turn(quiet), turns.turn(quiet), pytest.raises(BusyError, match="2 others are at the network"), turns.turn(quiet):
        pytest.fail("a third was let in")
    with turns.turn(quiet):
        pass


def test_who_waits_too_long_or_leaves_gives_the_place_up() -> None:
    turns = Turns(1, 5, 0.05)

    def leave(before: int) -> None:
        raise KeyboardInterrupt

    with turns.turn(quiet):
        with pytest.raises(BusyError, match=r"busy for 0.05 s, with 1 still before you: try again"), turns.turn(quiet):
            pass
        assert turns.waiting == 0
    turns = Turns(1, 5, 30)
    with turns.turn(quiet):
        with pytest.raises(KeyboardInterrupt), turns.turn(leave):
            pass
        assert turns.waiting == 0
    with pytest.raises(ZeroDivisionError), turns.turn(quiet):
        raise ZeroDivisionError
    with turns.turn(quiet) as waited:
        assert waited < 1


def test_a_rate() -> None:
    rate = Rate(2)
    assert [rate.wait(now) for now in (0.0, 10.0)] == [0, 0]
    assert rate.wait(15.0) == 45
    assert rate.wait(59.0) == 1
    assert rate.wait(60.0) == 0  # the first is a minute old
    assert rate.wait(61.0) == 9


@pytest.mark.usefixtures("fresh")
def test_a_visit_that_asks_too_often_is_told_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_REQUESTS_PER_MINUTE", "2")
    test = app("text_search", q="violin")
    checked(test.run())
    test.run()
    assert "You have asked 2 times within a minute" in checked(test).warning[0].value
    assert "match well" not in said(test)
    assert test.button(key="again-visit")
    assert "match well" in said(app("text_search", q="violin"))  # another visit


@pytest.mark.usefixtures("fresh")
def test_a_busy_network_is_said_and_the_next_try_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_QUEUE_SECONDS", "0.5")
    test = app("labels")
    test.button_group(key="labels_way").set_value("Upload").run()
    with rate_limit.turns().turn(quiet):
        test.file_uploader(key="labels_file").set_value(("cat.webp", CAT.read_bytes(), "image/webp")).run()
        assert "The network was busy for 0.5 s, with 1 still before you" in checked(test).warning[0].value.replace("\\", "")
        assert "match well" in said(app("text_search", q="violin"))
    test.button(key="again-page").click().run()
    assert checked(test).header[0].value == "Most likely: cat"


def test_the_files_of_all_visits_are_bounded_and_who_holds_most_loses_first(monkeypatch: pytest.MonkeyPatch) -> None:
    files = MemoryUploadedFileManager("/upload")
    monkeypatch.setattr(upload_quota, "_files", lambda: files)

    def put(visit: str, name: str, size: int) -> list[str]:
        files.add_file(visit, UploadedFileRec(name, name, "", bytes(size)))
        upload_quota.forget_oldest(visit, 50, 100)
        return [file for kept in files.file_storage.values() for file in kept]

    assert put("one", "a", 20) == ["a"]
    assert put("one", "b", 30) == ["a", "b"]
    assert put("one", "c", 10) == ["b", "c"]  # 60 in one visit
    assert put("two", "d", 45) == ["b", "c", "d"]
    assert put("three", "e", 20) == ["b", "c", "e"]  # 105 in all: the second visit holds 45
    assert put("four", "f", 90) == ["c", "f"]  # the first holds 40, then the third 20; 100 are allowed
    assert put("four", "g", 120) == ["g"]  # the newest stays, whatever its size
    upload_quota.forget_oldest("five", 50, 100)  # whose own was refused
    assert not files.file_storage["four"]


def test_the_largest_zip_fits_into_one_message() -> None:
    """Streamlit hangs up on a larger one."""
    server = tomllib.loads((BUNDLED.parent / ".streamlit/config.toml").read_text())["server"]
    assert Settings().zip_bytes * 4 / 3 < 1e6 * server["maxWidgetStateSize"] < 2 * Settings().session_bytes


def test_the_network_is_kept_from_the_garbage_collector_however_it_is_loaded() -> None:
    """Streamlit has all that is in its sight looked through after each run of a page."""
    parts = list[list[object]]()
    encoder = SimpleNamespace(ready=False, load=lambda: parts.extend([] for _ in range(100_000)))
    gc.unfreeze()
    model_queue.load(SimpleNamespace(encoder=encoder))  # type: ignore[arg-type]
    assert len(parts) == 100_000 <= gc.get_freeze_count()
    gc.unfreeze()
    assert gc.get_freeze_count() == 0


def test_many_pictures_take_a_turn_for_each_batch(caplog: pytest.LogCaptureFixture) -> None:
    engine: Any = SimpleNamespace(encoder=ColourEncoder())
    engine.encoder.ready = True
    files = [(f"{number}.png", png(f"#0000{number:02x}", 8)) for number in range(BATCH + 8)]
    with caplog.at_level(logging.INFO, "semblance"):
        found = index_uploads(files, engine.encoder, Settings(), read=read_image, slot=partial(network, engine))
    assert found.new == BATCH + 8
    assert [record.facts["pictures"] for record in caplog.records if record.message == "encode"] == [BATCH, 8]  # type: ignore[attr-defined]


def test_a_batch_that_finds_no_turn_is_named_and_the_others_stay() -> None:
    class Busy(ColourEncoder):
        def encode_pixels(self, pixels: Any) -> Any:
            raise BusyError("The network was busy for 20 s: try again in a minute.", "queue time")

    before = index_uploads(FILES, ColourEncoder(), Settings()).images
    found = index_uploads([("cyan.png", png("cyan"))], Busy(), Settings(), before)
    assert (len(found.images), found.new, found.full) == (3, 0, "")
    assert found.skipped == ["cyan.png: The network was busy for 20 s: try again in a minute."]
