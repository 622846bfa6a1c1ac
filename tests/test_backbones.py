"""Backbones: each graph is a Keras model behind its Keras preprocessing, and loads from a file in safe mode."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devise_core.backbones import Backbone, default_weights, load_backbone, names
from devise_core.backbones.keras_applications import SIZES, application, build
from devise_core.backbones.registry import application_names, matched
from devise_core.backbones.weights import fill
from devise_core.errors import ArtifactError, BuildError
from devise_core.train.head import Head
from devise_core.train.head_models import with_head
from devise_core.vision.keras_file import load_model
from tests.conftest import BUNDLED
from tests.model_outputs import close, pixels

SMALL = "MobileNet"


@pytest.fixture(scope="module")
def small() -> Backbone:
    return load_backbone(SMALL, "none")


def test_names_match_in_any_case() -> None:
    every = names()
    assert every[:2] == ["efficientnet-lite0", "vgg16"]
    assert len(every) == len(set(every)) == len(application_names()) + 1
    assert [matched(name) for name in ("VGG-16", "efficient_net_lite_0", "resnet50", "conv-next-tiny")] == [
        "vgg16",
        "efficientnet-lite0",
        "ResNet50",
        "ConvNeXtTiny",
    ]
    assert [default_weights(name) for name in ("EfficientNetLite0", "vgg16")] == ["bundled", "imagenet"]


def test_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(BuildError, match=r"no backbone “resnet51”. Did you mean ResNet50,.*keras.io/api/applications"):
        load_backbone("resnet51", "none")


def test_default_sizes_match_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    from keras.src.applications import imagenet_utils

    class Seen(Exception):
        pass

    def seen(*_: Any, default_size: int, **__: Any) -> None:
        raise Seen(default_size)

    monkeypatch.setattr(imagenet_utils, "obtain_input_shape", seen)
    for name in (name for name in application_names() if not name.startswith("MobileNetV3")):  # MobileNetV3 takes any size
        with pytest.raises(Seen) as size:
            application(name)(weights=None)
        assert size.value.args[0] == SIZES.get(name, 224), name


@pytest.mark.parametrize(
    ("name", "module"),
    [("VGG19", "vgg19"), ("MobileNet", "mobilenet"), ("DenseNet121", "densenet"), ("MobileNetV3Small", "mobilenet_v3")],
    ids=["caffe", "tf", "torch", "built-in"],
)
def test_graph_is_the_keras_model_behind_its_preprocessing(name: str, module: str, tmp_path: Path) -> None:
    import keras

    model = load_backbone(name, "none").model
    bare = application(name)(weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3))
    bare.set_weights(model.get_weights())
    wanted = bare(getattr(keras.applications, module).preprocess_input(pixels()))
    assert model.layers[-1].name == "features"
    assert close(model(pixels()), wanted)
    stem = keras.Model(model.input, next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)).output)
    stem.save(tmp_path / "stem.keras")
    assert close(load_model(tmp_path / "stem.keras")(pixels()), stem(pixels()))


def test_vgg16_is_cut_at_fc2() -> None:
    import keras

    model = build("vgg16")
    assert (model.input_shape, model.output_shape, model.layers[-1].name) == ((None, 224, 224, 3), (None, 4096), "features")
    assert [layer.name for layer in model.layers if layer.weights][-2:] == ["fc1", "fc2"]
    assert sum(weight.shape.num_elements() for weight in model.weights) == 134_260_544
    ready = keras.Model(model.input, model.get_layer("block1_conv1").input)(pixels())
    assert close(ready, pixels()[..., ::-1] - np.array([103.939, 116.779, 123.68], np.float32))


def test_same_seed_gives_same_weights(small: Backbone) -> None:
    again, other = load_backbone("Mobile_net", "none"), load_backbone(SMALL, "none", seed=8)
    assert (small.name, small.size, small.width, small.model.output_shape) == (SMALL, 224, 1024, (None, 1024))
    assert small.identity == again.identity != other.identity
    assert len(small.identity) == 16


@pytest.mark.parametrize("file", ["backbone.keras", "backbone.weights.h5", "with_top.h5", "without.h5"])
def test_weights_load_from_a_file(small: Backbone, file: str, tmp_path: Path) -> None:
    path = tmp_path / file
    if file.endswith(".weights.h5"):
        small.model.save_weights(path)
    elif file.endswith(".keras"):
        small.model.save(path)
    else:
        model = application(SMALL)(weights=None, include_top=file == "with_top.h5")
        model.set_weights(small.model.get_weights() + model.get_weights()[len(small.model.weights) :])
        model.save(path)
    assert load_backbone(SMALL, path).identity == small.identity


def test_published_efficientnet_weights_are_corrected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    def stem(model: keras.Model) -> keras.Model:
        return keras.Model(model.input, model.get_layer("stem_conv").output)

    published = application("EfficientNetB0")(weights=None, include_top=False)
    norm = next(layer for layer in published.layers if isinstance(layer, keras.layers.Normalization))
    norm.set_weights([np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225]), np.array(0)])
    published.save(tmp_path / "published.h5")
    monkeypatch.setattr("keras.src.utils.file_utils.get_file", lambda *_, **__: str(tmp_path / "published.h5"))
    wanted = stem(application("EfficientNetB0")(weights="imagenet", include_top=False))(pixels())
    model = build("EfficientNetB0")
    for weights in ("imagenet", tmp_path / "published.h5"):
        assert not close(stem(model)(pixels()), wanted)
        fill(model, "EfficientNetB0", weights, None)
        assert close(stem(model)(pixels()), wanted)
        model.set_weights([2 * weight + 1 for weight in model.get_weights()])


def test_failed_download_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("keras.src.utils.file_utils.config.keras_home", lambda: str(tmp_path))
    monkeypatch.setattr("urllib.request._opener", None)  # an opener of an earlier test would ignore the proxy
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(BuildError, match=r"cannot download.*MobileNet .*refused.*--weights FILE.*--weights none"):
        load_backbone(SMALL)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "weights", "error", "says"),
    [
        (SMALL, "bundled", BuildError, "for efficientnet-lite0, not for MobileNet.*--weights FILE.*--weights none"),
        ("efficientnet-lite0", "imagenet", BuildError, "--weights bundled.*--weights FILE.*--weights none"),
        (SMALL, "nowhere.h5", BuildError, "no weights at nowhere.h5.*--weights none"),
        (SMALL, str(BUNDLED / "labels.csv"), BuildError, "labels.csv.*Give a .keras"),
        (SMALL, str(BUNDLED / "model.keras"), ArtifactError, "model.keras does not hold the weights of MobileNet"),
    ],
)
def test_unavailable_weights_are_explained(name: str, weights: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        load_backbone(name, weights)


@pytest.mark.parametrize("file", ["damaged.h5", "damaged.keras", "other.weights.h5", "unnamed.keras"])
def test_file_that_does_not_fit_is_refused(file: str, tmp_path: Path) -> None:
    import keras

    path = tmp_path / file
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    if file.startswith("damaged"):
        path.write_bytes(b"no weights")
    elif file.endswith(".keras"):
        other.save(path)
    else:
        other.save_weights(path)
    with pytest.raises(ArtifactError, match=file):
        load_backbone(SMALL, path)


def test_head_joins_any_backbone(small: Backbone, tmp_path: Path) -> None:
    rng, features = np.random.default_rng(1), np.asarray(small.model(pixels()))
    kernel = rng.normal(size=(1024, 5)) / np.abs(features).max() / 10  # random weights give tiny features
    head = Head(kernel.astype(np.float32), np.arange(5, dtype=np.float32), rng.normal(size=(5, 3)).astype(np.float32))
    with_head(small.model, head).save(tmp_path / "devise.keras")
    outputs = load_model(tmp_path / "devise.keras")(pixels())
    scores = np.exp(features @ head.kernel + head.bias)
    wanted = scores / scores.sum() @ head.vectors
    assert close(outputs["features"], features)
    assert close(outputs["embedding"], wanted / np.linalg.norm(wanted))
    assert load_backbone(SMALL, tmp_path / "devise.keras").identity == small.identity
