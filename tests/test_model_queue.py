"""Pages wait in line for the model, and many pictures wait again for each batch."""

from __future__ import annotations

import gc
import logging
import weakref
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from devise_core import Engine
from devise_core.errors import BusyError
from devise_core.serving.garbage import collect_in_background, load_into_memory
from devise_core.serving.model_slots import model_slots
from devise_core.settings import Settings
from devise_core.untrusted.upload_indexing import index_uploads
from devise_core.vision.image_encoder import BATCH
from devise_core.vision.image_reader import read_image
from tests.app_testing import CAT, app, checked, page_text
from tests.browsing import wait_until
from tests.fakes import ColourEncoder
from tests.sample_images import FILES, png
from ui.server.model_queue import load_model, model_slot


@pytest.mark.usefixtures("fresh_settings")
def test_a_busy_model_is_reported_and_the_next_try_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_QUEUE_SECONDS", "0.5")
    test = app("labels")
    test.button_group(key="labels_way").set_value("Upload").run()
    with model_slots().slot(lambda ahead: None):
        test.file_uploader(key="labels_file").set_value(("cat.webp", CAT.read_bytes(), "image/webp")).run()
        assert "The model was busy for 0.5 seconds" in checked(test).warning[0].value.replace("\\", "")
        assert "match well" in page_text(app("text_search", q="bird"))
    test.button(key="again-page").click().run()
    assert checked(test).header[0].value == "Best name: cat"


def test_a_loaded_model_is_hidden_from_the_garbage_collector() -> None:
    """Streamlit collects garbage after each run of a page."""
    parts = list[list[object]]()
    encoder = SimpleNamespace(ready=False, load=lambda: parts.extend([] for _ in range(100_000)))
    gc.unfreeze()
    load_model(SimpleNamespace(encoder=encoder))  # type: ignore[arg-type]
    assert len(parts) == 100_000 <= gc.get_freeze_count()
    gc.unfreeze()
    assert gc.get_freeze_count() == 0


def test_runs_of_pages_leave_the_state_of_keras_alone(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default, Streamlit clears this state after each run, which also collects garbage."""
    import keras

    monkeypatch.setattr(keras.backend, "clear_session", keras.backend.clear_session)
    load_into_memory(engine.encoder)
    keras.src.backend.common.global_state.set_global_attribute("kept", "by this test")
    app("text_search", q="violin")
    assert keras.src.backend.common.global_state.get_global_attribute("kept") == "by this test"


def test_garbage_is_collected_in_the_background() -> None:
    gc.disable()
    try:
        garbage = Garbage()
        garbage.itself = garbage
        left = weakref.ref(garbage)
        stopped = collect_in_background(0.01)
        del garbage
        wait_until(lambda: left() is None)
        stopped.set()
    finally:
        gc.enable()


class Garbage:
    """Refers to itself."""

    itself: Garbage


def test_many_pictures_wait_in_line_for_each_batch(caplog: pytest.LogCaptureFixture) -> None:
    engine: Any = SimpleNamespace(encoder=ColourEncoder())
    engine.encoder.ready = True
    files = [(f"{number}.png", png(f"#0000{number:02x}", 8)) for number in range(BATCH + 8)]
    with caplog.at_level(logging.INFO, "semblance"):
        indexed = index_uploads(files, engine.encoder, Settings(), read=read_image, slot=partial(model_slot, engine))
    assert indexed.new == BATCH + 8
    assert [record.facts["pictures"] for record in caplog.records if record.message == "encode"] == [BATCH, 8]  # type: ignore[attr-defined]


def test_a_batch_that_is_refused_is_named_and_earlier_pictures_stay() -> None:
    class BusyEncoder(ColourEncoder):
        def encode_pixels(self, pixels: Any) -> Any:
            raise BusyError("The model was busy for 20 seconds. Try again in a minute.", "queue time")

    before = index_uploads(FILES, ColourEncoder(), Settings()).images
    indexed = index_uploads([("cyan.png", png("cyan"))], BusyEncoder(), Settings(), before)
    assert (len(indexed.images), indexed.new, indexed.full) == (3, 0, "")
    assert indexed.skipped == ["cyan.png: The model was busy for 20 seconds. Try again in a minute."]
