"""ONNX Runtime gives the same vectors as Keras, and Keras runs the models that ONNX Runtime cannot."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devise_core import load_engine
from devise_core.errors import ArtifactError, MissingPackageError, SettingsError
from devise_core.train.head import Head
from devise_core.train.head_models import conse_model, joined
from devise_core.vision import onnx_runtime, runtime_choice
from devise_core.vision.image_encoder import Encoded, KerasImageEncoder
from devise_core.vision.keras_runtime import KerasRuntime
from devise_core.vision.onnx_runtime import OnnxRuntime
from tests.conftest import BUNDLED

pytestmark = [pytest.mark.artifacts, pytest.mark.usefixtures("with_keras")]
MODEL = BUNDLED / "model.keras"
PICTURES = sorted((BUNDLED / "collections/photos/images").iterdir())[:40]


@pytest.fixture
def onnx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_RUNTIME", "onnx")


def encoded(pictures: list[Path]) -> Encoded:
    return KerasImageEncoder(MODEL).encode(pictures)


def test_both_give_the_same_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    keras = encoded(PICTURES)
    monkeypatch.setenv("SEMBLANCE_RUNTIME", "onnx")
    onnx = encoded(PICTURES)
    np.testing.assert_allclose(onnx.features, keras.features, atol=1e-4)
    np.testing.assert_allclose(onnx.embeddings, keras.embeddings, atol=5e-6)


def test_a_head_of_the_recipe_own_is_translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    rng = np.random.default_rng(7)
    pixels = keras.Input((16, 16, 3))
    seeded = keras.initializers.GlorotUniform(seed=7)  # with this seed, no share is so near the floor that the runtimes disagree
    grid = keras.layers.Conv2D(6, 3, activation="relu", kernel_initializer=seeded, name="grid")(
        keras.layers.Rescaling(1 / 255)(pixels)
    )
    backbone = keras.Model(pixels, keras.layers.GlobalAveragePooling2D(name="features")(grid))
    head = Head(*(rng.normal(size=shape).astype(np.float32) for shape in ((6, 4), (4,), (4, 5))))
    joined(backbone, conse_model(head, root=True, floor=0.18)).save(tmp_path / "model.keras")
    vectors = []
    for runtime, kind in (("keras", KerasRuntime), ("onnx", OnnxRuntime)):
        monkeypatch.setenv("SEMBLANCE_RUNTIME", runtime)
        encoder = KerasImageEncoder(tmp_path / "model.keras")
        vectors.append(encoder.encode(PICTURES[:6]))
        assert isinstance(encoder._runtime, kind)
    np.testing.assert_allclose(vectors[1].features, vectors[0].features, atol=1e-5)
    np.testing.assert_allclose(vectors[1].embeddings, vectors[0].embeddings, atol=1e-5)
    assert np.ptp(vectors[0].embeddings, axis=0).max() > 1e-3


def test_both_give_the_same_names_and_hits(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = []
    for runtime, kind in (("keras", KerasRuntime), ("onnx", OnnxRuntime)):
        monkeypatch.setenv("SEMBLANCE_RUNTIME", runtime)
        engine = load_engine(BUNDLED, "stamps")
        named = [[hit.word for hit in engine.label_image(each)] for each in PICTURES[:8]]
        answers.append((named, [[hit.id for hit in engine.search_image(each)] for each in PICTURES[:8]]))
        assert isinstance(engine.encoder, KerasImageEncoder)
        assert isinstance(engine.encoder._runtime, kind)
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("setting", "installed", "runtime"), [("", True, OnnxRuntime), ("", False, KerasRuntime), ("keras", True, KerasRuntime)]
)
def test_onnx_runtime_is_taken_where_it_is_installed(
    setting: str, installed: bool, runtime: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMBLANCE_RUNTIME", setting)
    monkeypatch.setattr(onnx_runtime, "find_spec", lambda name: installed or name != "onnx")
    assert isinstance(runtime_choice.load_runtime(MODEL), runtime)


def test_a_label_needs_no_tensorflow(onnx: None) -> None:
    code = (
        "import sys; from devise_core import load_engine; "
        f"print(load_engine({str(BUNDLED)!r}, 'photos').label_image({str(BUNDLED / 'collections/photos/images/cat.webp')!r})[0].word, "
        "'tensorflow' in sys.modules, 'keras' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], cwd=BUNDLED.parent, capture_output=True, text=True, check=True)
    assert printed.stdout.split() == ["cat", "False", "False"]


def test_keras_runs_a_model_that_cannot_be_translated(onnx: None, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    import keras

    pixels = keras.Input((8, 8, 3))
    features = keras.layers.GlobalAveragePooling2D(name="features")(keras.layers.LayerNormalization()(pixels))
    outputs = {"features": features, "embedding": keras.layers.UnitNormalization(name="embedding")(features)}
    keras.Model(pixels, outputs).save(tmp_path / "model.keras")
    encoder = KerasImageEncoder(tmp_path / "model.keras")
    with caplog.at_level("INFO", "semblance"):
        encoder.load()
    assert isinstance(encoder._runtime, KerasRuntime)
    assert "has no translation to ONNX" in caplog.text


@pytest.mark.parametrize(
    ("layer", "option", "value"),
    [
        ("stem", "activation", "gelu"),
        ("stem", "padding", "causal"),
        ("stem", "data_format", "channels_first"),
        ("stem_relu", "negative_slope", 0.1),
        ("features", "keepdims", True),
        ("embedding", "axis", 1),
    ],
)
def test_an_option_that_is_not_known_is_not_ignored(layer: str, option: str, value: Any, tmp_path: Path) -> None:
    from devise_core.vision.onnx_runtime import load_onnx

    changed = tmp_path / "model.keras"
    with zipfile.ZipFile(MODEL) as original, zipfile.ZipFile(changed, "w") as copy:
        model = json.loads(original.read("config.json"))
        [chosen] = [each for each in model["config"]["layers"] if each["name"] == layer]
        chosen["config"][option] = value
        copy.writestr("config.json", json.dumps(model))
        copy.writestr("model.weights.h5", original.read("model.weights.h5"))
    assert load_onnx(changed) is None


@pytest.mark.parametrize("end", [0, 100, 10_000, -1000])
def test_a_damaged_file_is_named_as_with_keras(end: int, onnx: None, tmp_path: Path) -> None:
    shutil.copy(MODEL, tmp_path)
    content = MODEL.read_bytes()[:end]
    (tmp_path / "model.keras").write_bytes(content)
    with pytest.raises(ArtifactError, match=r"model\.keras"):
        KerasImageEncoder(tmp_path / "model.keras").load()


def test_another_value_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_RUNTIME", "torch")
    with pytest.raises(SettingsError, match="must be auto, keras or onnx"):
        KerasImageEncoder(MODEL).load()


def test_the_extra_is_named_if_it_is_missing(onnx: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingPackageError, match="onnx"):
        KerasImageEncoder(MODEL).load()


def test_the_extra_for_keras_is_named_for_one_image_and_for_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)
    engine = load_engine(BUNDLED, "stamps")
    for call in (lambda: engine.label_image(PICTURES[0]), lambda: engine.embed_images(PICTURES[:2])):
        with pytest.raises(MissingPackageError, match=r"needs the package keras.*\[images\]"):
            call()
