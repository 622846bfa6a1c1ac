"""A malformed ``.keras`` file is refused with an ``ArtifactError``, and neither fills the memory nor raises another error."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devise_core.errors import ArtifactError
from devise_core.vision.image_encoder import KerasImageEncoder
from devise_core.vision.keras_file import CONFIG, MAX_CONFIG_BYTES, MAX_SIDE, stored_size
from tests.conftest import BUNDLED

Change = Callable[[bytes], bytes]


def with_side(value: str) -> Change:
    """Replace the sides of the input layer by ``value``, written as in JSON."""

    def change(config: bytes) -> bytes:
        described = json.loads(config)
        [layer] = [layer for layer in described["config"]["layers"] if layer["class_name"] == "InputLayer"]
        layer["config"]["batch_shape"] = [None, "SIDE", "SIDE", 3]
        return json.dumps(described).replace('"SIDE"', value).encode()

    return change


def with_class(module: str, name: str) -> Change:
    """Make the model an object of another class."""

    def change(config: bytes) -> bytes:
        described: dict[str, Any] = json.loads(config)
        return json.dumps(described | {"module": module, "class_name": name, "registered_name": None}).encode()

    return change


def nested_layers(config: bytes) -> bytes:
    """Nest layers 900 deep, because Keras reads them by recursion."""
    described = json.loads(config)
    layer = {"module": "keras.layers", "class_name": "TimeDistributed", "config": {"layer": "LAYER"}, "registered_name": None}
    text, inner = json.dumps(layer), json.dumps(described["config"]["layers"][0])
    for _ in range(900):
        inner = text.replace('"LAYER"', inner)
    described["config"]["layers"][0] = "NESTED"
    return json.dumps(described).replace('"NESTED"', inner).encode()


CHANGES: dict[str, Change] = {
    "brackets": lambda config: b"[" * 100_000,
    "nested": nested_layers,
    "not finite": with_side("1e999"),
    "huge": with_side("1000000000"),
    "negative": with_side("-5"),
    "no number": with_side("null"),
    "not JSON": lambda config: config[:-9],
    "not UTF-8": lambda config: b"\xff" + config,
    "no object": lambda config: b"7",
    "unknown module": with_class("no_such_package.models", "Model"),
    "a module of Python": with_class("os", "system"),
    "too large": lambda config: config + b" " * (MAX_CONFIG_BYTES + 1),
}


@pytest.fixture(autouse=True, params=["keras", "onnx"])
def runtime(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test with both runtimes, because each reads the file in its own way."""
    monkeypatch.setenv("SEMBLANCE_RUNTIME", request.param)


def changed_model(path: Path, change: Change) -> Path:
    """Write the bundled model with another description. The weights are not compressed, because that takes long."""
    with zipfile.ZipFile(BUNDLED / "model.keras") as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == CONFIG:
                target.writestr(name, change(data), zipfile.ZIP_DEFLATED)
            else:
                target.writestr(name, data)
    return path


@pytest.mark.parametrize("name", CHANGES)
def test_a_description_that_makes_no_sense_is_refused(name: str, tmp_path: Path) -> None:
    path = changed_model(tmp_path / "model.keras", CHANGES[name])
    assert 0 <= stored_size(path) <= MAX_SIDE
    encoder = KerasImageEncoder(path)
    for use in (encoder.load, lambda: encoder.encode_pixels(np.zeros((1, 224, 224, 3), dtype=np.uint8))):
        with pytest.raises(ArtifactError, match=r"model\.keras"):
            use()


def test_a_model_without_the_outputs_is_refused(tmp_path: Path) -> None:
    import keras

    path = tmp_path / "plain.keras"
    keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(2)]).save(path)
    with pytest.raises(ArtifactError, match="no output named"):
        KerasImageEncoder(path).load()


def test_a_layer_that_needs_more_memory_than_there_is_is_refused(tmp_path: Path) -> None:
    import keras

    path = tmp_path / "large.keras"
    image = keras.Input((8, 8, 3))
    large = keras.layers.UpSampling2D(200_000)(image)
    outputs = {name: keras.layers.GlobalAveragePooling2D(name=name)(large) for name in ("features", "embedding")}
    keras.Model(image, outputs).save(path)
    with pytest.raises(ArtifactError, match="cannot encode an image"):
        KerasImageEncoder(path).load()
