"""Engines and image encoders in several processes."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import BUNDLED
from tests.fakes import keras_colour_encoder

FORKED = """
import multiprocessing, sys
from pathlib import Path
import numpy as np
from devise_core.vision.image_encoder import KerasImageEncoder

used, unused = KerasImageEncoder(Path(sys.argv[1])), KerasImageEncoder(Path(sys.argv[1]))
pixels = np.zeros((20, 30, 3), dtype=np.uint8)

def answer(encoder):
    try:
        return str(encoder.encode([pixels]).embeddings.shape)
    except Exception as error:
        return f"{type(error).__name__}: {error}"

def work(number):
    return answer((used, unused)[number])

print(answer(used), flush=True)
with multiprocessing.get_context("fork").Pool(2) as pool:
    for number in range(2):
        print(pool.apply_async(work, [number]).get(timeout=30), flush=True)
"""
"""Encodes an image, and then again in forked processes with the same encoder and with an encoder that is not loaded yet."""


def run(code: str, *arguments: str, **settings: str) -> list[str]:
    """Run a program of Python with a time limit, and return the lines that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **settings},
        cwd=BUNDLED.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork")
def test_tensorflow_is_refused_in_a_forked_process_in_place_of_hanging(tmp_path: Path) -> None:
    before, *after = run(FORKED, str(keras_colour_encoder(tmp_path).path), SEMBLANCE_RUNTIME="keras")
    assert before == "(1, 3)"
    assert len(after) == 2
    for message in after:
        assert message.startswith("DeviseError: TensorFlow cannot run the image model in this process")
        assert "spawn" in message
        assert "[onnx]" in message


@pytest.mark.artifacts
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork")
def test_onnx_runtime_works_in_a_forked_process() -> None:
    assert run(FORKED, str(BUNDLED / "model.keras"), SEMBLANCE_RUNTIME="onnx") == ["(1, 100)"] * 3
