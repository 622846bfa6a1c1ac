"""The contract of every image encoder, and how a Keras model's id is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devise_core import Engine
from devise_core.errors import ArtifactError, ImageError
from devise_core.storage.manifest import Manifest
from devise_core.vision import preprocess
from devise_core.vision.image_encoder import BATCH, ImageEncoder, KerasImageEncoder
from devise_core.vision.keras_file import stored_size
from tests.conftest import BUNDLED
from tests.fakes import ColourEncoder, keras_colour_encoder

Make = Callable[[], ImageEncoder]


@pytest.fixture(scope="module")
def keras_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keras_colour_encoder(tmp_path_factory.mktemp("model")).path


@pytest.fixture(params=["colours", "keras", *(pytest.param(name, marks=pytest.mark.artifacts) for name in ("bundled", "onnx"))])
def make(request: pytest.FixtureRequest, keras_model: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes an encoder that is not loaded yet."""
    monkeypatch.setenv("SEMBLANCE_RUNTIME", "onnx" if request.param == "onnx" else "keras")
    makers: dict[str, Make] = {
        "colours": ColourEncoder,
        "keras": lambda: KerasImageEncoder(keras_model),
        "bundled": lambda: KerasImageEncoder(BUNDLED / "model.keras", Manifest.read(BUNDLED)),
    }
    return makers["bundled" if request.param == "onnx" else request.param]


def images(count: int) -> list[Image.Image]:
    """Images of different sizes and colours."""
    return [Image.new("RGB", (20 + number, 30), (7 * number % 256, 90, 250 - 3 * number)) for number in range(count)]


def test_image_encoder_contract(make: Make, tmp_path: Path) -> None:
    encoder = make()
    assert encoder.model_id == make().model_id != ""
    assert not encoder.ready, "reading the id loads nothing"
    encoder.load()
    encoder.load()
    assert encoder.ready

    pixels = encoder.pixels(images(1)[0])
    assert (pixels.shape, pixels.dtype) == ((encoder.size, encoder.size, 3), np.uint8)

    count = 2 * BATCH + 3
    batches = list(encoder.encode_many(images(count)))
    assert [len(batch.features) for batch in batches] == [BATCH, BATCH, 3]
    features, embeddings = (np.concatenate([getattr(batch, name) for batch in batches]) for name in ("features", "embeddings"))
    assert (features.dtype, embeddings.dtype) == (np.float32, np.float32)
    assert len(features) == len(embeddings) == count
    assert np.isfinite(features).all()
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1, abs=1e-4)

    alone = encoder.encode([images(count)[BATCH + 1]])
    assert alone.embeddings.shape == (1, embeddings.shape[1])
    assert alone.embeddings[0] == pytest.approx(embeddings[BATCH + 1], abs=1e-4), "vectors do not depend on the batch"
    assert (encoder.encode_pixels(encoder.pixels(images(count)[BATCH + 1])[None]).embeddings == alone.embeddings).all()

    assert list(encoder.encode_many([])) == []
    with pytest.raises(ImageError, match="no file"):
        list(encoder.encode_many([*images(3), tmp_path / "none.jpg"]))


def test_the_size_is_known_before_the_model_is_loaded(make: Make, tmp_path: Path) -> None:
    """Otherwise ``index`` loads the model again for each folder with a file that cannot be read."""
    encoder = make()
    size = encoder.size
    assert not encoder.ready
    assert encoder.encode_pixels(np.zeros((1, size, size, 3), np.uint8)).embeddings.shape[0] == 1
    (tmp_path / "broken.keras").write_bytes(b"broken")
    assert stored_size(tmp_path / "broken.keras") == stored_size(tmp_path / "none.keras") == 0


def test_model_id_is_the_sha256_of_the_file(keras_model: Path) -> None:
    assert KerasImageEncoder(keras_model).model_id == hashlib.sha256(keras_model.read_bytes()).hexdigest()


def test_model_id_names_the_preprocessing_once_it_changes(keras_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = KerasImageEncoder(keras_model).model_id
    monkeypatch.setattr(preprocess, "VERSION", 2)
    assert KerasImageEncoder(keras_model).model_id == f"{sha256}+preprocess2"


def test_model_id_is_empty_for_a_file_that_the_manifest_does_not_list(keras_model: Path) -> None:
    encoder = KerasImageEncoder(keras_model, Manifest(keras_model.parent))
    assert encoder.model_id == ""
    with pytest.raises(ArtifactError, match=r"no row for model\.keras"):
        encoder.load()


@pytest.mark.artifacts
def test_bundled_collections_record_the_model_id(engine: Engine) -> None:
    for name in ("stamps", "photos"):
        manifest = json.loads((BUNDLED / "collections" / name / "manifest.json").read_text())
        assert manifest["about"]["model"] == engine.model_id


def test_a_model_without_the_two_outputs_is_refused(tmp_path: Path) -> None:
    import keras

    pixels = keras.Input((8, 8, 3))
    keras.Model(pixels, {"features": keras.layers.Flatten()(pixels)}).save(tmp_path / "model.keras")
    with pytest.raises(ArtifactError, match="no output named embedding"):
        KerasImageEncoder(tmp_path / "model.keras").load()
