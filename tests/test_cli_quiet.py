"""A command that waits for the model says so in a terminal, and TensorFlow's notes are in no log."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from devise_core.cli.main import main
from devise_core.cli.quiet import LOADING, QuietImageEncoder, load_model
from devise_core.cli.serve import _open_engine
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.results.records import Results
from devise_core.serving.garbage import load_into_memory
from devise_core.storage.paths import REPOSITORY
from devise_core.vectors import Floats
from devise_core.vision.preprocess import Pixels
from tests.fakes import ColourEncoder

NOTES = (
    b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    b"I0000 00:00:1795827990.311993    7148 port.cc:153] oneDNN custom operations are on.\n"
    b"2026-11-28 01:07:31.189: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.\n"
    b"W0000 00:00:1795827990.311993    7148 cpu_allocator.cc:82] Allocation exceeds 10% of free system memory.\n"
)
OTHERS = b'E0000 00:00:1795827990.311993    7148 cuda.cc:10] an error\n{"event": "page"}\nWARNING: another\n'


class NotingEncoder(ColourEncoder):
    """Writes notes as TensorFlow does, and what other threads may write meanwhile."""

    def load(self) -> None:
        os.write(2, NOTES + OTHERS)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Terminal(), LOADING), (io.StringIO(), "")])
def test_only_a_terminal_says_that_the_model_is_loading(stream: io.StringIO, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", stream)
    load_model(ColourEncoder())
    first, *cleared = stream.getvalue().split("\r")
    assert first == shown
    assert "".join(cleared).strip() == "", "the line is empty again"


def test_evaluate_loads_the_model_without_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    models = list[ModelUnderTest]()

    def measured(model: ModelUnderTest, _: str) -> Results:
        models.append(model)
        return Results("evaluate", model.encoder.model_id, (), {}, ())

    monkeypatch.setattr("devise_core.evaluate.protocols.measure_collection", measured)
    assert main(["evaluate", "--collection", "stamps"]) == 0
    assert isinstance(models[0].encoder, QuietImageEncoder)


def test_a_server_that_loads_the_model_logs_everything_but_the_notes_of_tensorflow(capfd: pytest.CaptureFixture[str]) -> None:
    load_into_memory(NotingEncoder())
    os.write(2, b"after\n")
    assert capfd.readouterr().err == OTHERS.decode() + "after\n"


def test_a_batch_is_encoded_without_notes(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    class NotingRuntime:
        size, exhausted = 8, (MemoryError,)

        def run(self, pixels: Pixels) -> tuple[Floats, Floats]:
            os.write(2, NOTES + OTHERS)
            return np.ones((len(pixels), 2), np.float32), np.ones((len(pixels), 2), np.float32)

    monkeypatch.setattr("devise_core.vision.image_encoder.load_runtime", lambda _: NotingRuntime())
    assert len(QuietImageEncoder(Path("model.keras")).encode_pixels(np.zeros((1, 8, 8, 3), np.uint8)).features) == 1
    assert capfd.readouterr().err == OTHERS.decode()


def test_serve_shows_no_notes_of_tensorflow(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    engine = SimpleNamespace(encoder=NotingEncoder(), query=str, matches=str)
    monkeypatch.setattr("devise_core.serving.open_engines.default_engine", lambda: engine)
    monkeypatch.setattr("devise_core.cli.serve.settings", lambda: SimpleNamespace(preload=True))
    _open_engine()
    assert capfd.readouterr().err == OTHERS.decode()


def test_a_server_without_stderr_loads_the_model() -> None:
    script = "import os; os.close(2)\nfrom devise_core.serving.garbage import load_into_memory\n"
    script += "from tests.fakes import ColourEncoder\nload_into_memory(ColourEncoder()); print('loaded')"
    ended = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True)
    assert ended.stdout == "loaded\n"
