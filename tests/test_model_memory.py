"""An engine frees its image model at the end of its context."""

from __future__ import annotations

import gc
import logging
import weakref

import pytest

from devise_core import load_engine
from devise_core.vision.image_encoder import KerasImageEncoder
from tests.conftest import BUNDLED

FILES = [str(BUNDLED / "collections/photos/images/cat.webp")]


@pytest.mark.parametrize("name", ["keras", "onnx"])
def test_the_model_is_freed_at_the_end_and_loads_again(
    name: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMBLANCE_RUNTIME", name)
    caplog.set_level(logging.INFO, "devise_core")
    with load_engine(BUNDLED, "stamps") as engine:
        first = engine.embed_images(FILES)
        assert isinstance(engine.encoder, KerasImageEncoder)
        runtime = weakref.ref(engine.encoder._runtime)
        assert engine.encoder.ready
    gc.collect()
    assert not engine.encoder.ready
    assert runtime() is None
    assert engine.embed_images(FILES) == pytest.approx(first, abs=1e-6)
    assert sum("Loaded the model" in message for message in caplog.messages) == 2
