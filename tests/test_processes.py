"""Engines and image encoders in several processes."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from devise_core import Engine, load_engine
from devise_core.collections.folder import FolderCollection
from devise_core.search.model_parts import ModelParts
from tests.conftest import BUNDLED
from tests.fakes import HashTextEncoder, keras_colour_encoder

FORKED = """
import multiprocessing, sys
from pathlib import Path
import numpy as np
from devise_core.vision.image_encoder import KerasImageEncoder

used, unused = KerasImageEncoder(Path(sys.argv[1])), KerasImageEncoder(Path(sys.argv[1]))
pixels = np.full((20, 30, 3), 90, dtype=np.uint8)

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
        check=False,
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


class WideTextEncoder(HashTextEncoder):
    """A custom encoder whose vectors have as many numbers as those of the collection."""

    dimension = 100


class DerivedEngine(Engine):
    """A class of a program that uses the library."""


def test_an_engine_with_custom_parts_cannot_be_copied(engine: Engine) -> None:
    text, encoder, collection = engine.text, engine.encoder, engine.collection
    parts = ModelParts(engine.layout, engine.manifest, text)
    changed = [
        Engine(engine.layout, engine.manifest, WideTextEncoder(), encoder, collection, engine.parts),
        Engine(engine.layout, engine.manifest, text, encoder, collection, parts),
        DerivedEngine(engine.layout, engine.manifest, text, encoder, collection, engine.parts),
    ]
    changed.append(changed[1].on("photos"))
    for each in changed:
        for copied in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError, match="Make it again in each process"):
                copied(each)


@pytest.mark.artifacts
def test_the_engines_that_a_process_unpickles_share_the_model(engine: Engine) -> None:
    first, second, other = (pickle.loads(pickle.dumps(each)) for each in (engine, engine, engine.on("photos")))
    assert first.encoder is second.encoder is other.encoder is not engine.encoder
    assert (first.collection, other.collection.name) == (second.collection, "photos")


@pytest.mark.artifacts
def test_an_unpickled_engine_has_the_current_files(artifacts: Path) -> None:
    pickled = pickle.dumps(load_engine(artifacts, "stamps"))
    first = pickle.loads(pickled)
    assert pickle.loads(pickled) is first
    manifest = artifacts / "collections/stamps/manifest.json"
    content = manifest.read_bytes()
    manifest.unlink()
    manifest.write_bytes(content)
    assert pickle.loads(pickled) is not first
    assert pickle.loads(pickled).encoder is first.encoder


def test_a_collection_in_a_folder_can_be_pickled(engine: Engine) -> None:
    again = pickle.loads(pickle.dumps(engine.collection))
    assert isinstance(again, FolderCollection)
    assert (again.name, again.items) == (engine.collection.name, engine.collection.items)
