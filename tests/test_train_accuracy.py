"""``train`` says how often the model is right on images that it was not trained on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from devise_core.cli import main
from devise_core.datasets.readers import AnnotatedImage
from devise_core.train.accuracy import Accuracy, cross_validated, validated
from devise_core.train.corpus import Corpus
from devise_core.train.recipe import RECIPES, recipe_of
from devise_core.train.trainer import Curve
from tests.colour_training import training_job

OWN = RECIPES["own"]


def corpus(classes: list[int]) -> Corpus:
    names = [str(each) for each in range(max(classes) + 1)]
    return Corpus(
        [AnnotatedImage(Path(), "") for _ in classes], np.asarray(classes), names, np.eye(len(names), 4, dtype=np.float32)
    )


def test_classes_that_the_features_tell_apart_are_all_found() -> None:
    classes = [0] * 10 + [1] * 20
    features = np.eye(3, dtype=np.float32)[classes][None] + 0.01
    assert cross_validated(OWN, corpus(classes), features) == Accuracy(1.0, 30, 20 / 30, "cross-validation")


def test_labels_without_a_pattern_are_found_by_chance() -> None:
    """A head that was tested on its own training images would be right far more often."""
    rng = np.random.default_rng(7)
    classes = [0, 1] * 60
    accuracy = cross_validated(OWN, corpus(classes), rng.random((1, 120, 200)).astype(np.float32))
    assert accuracy is not None
    assert (accuracy.images, accuracy.chance) == (120, 0.5)
    assert accuracy.share < 0.65


def test_a_class_of_one_image_is_not_tested() -> None:
    classes = [0, 0, 1, 1, 2]
    accuracy = cross_validated(OWN, corpus(classes), np.eye(3, dtype=np.float32)[classes][None])
    assert accuracy is not None
    assert accuracy.images == 4
    assert cross_validated(OWN, corpus([0, 1]), np.eye(2, dtype=np.float32)[None]) is None


def test_accuracy_of_the_kept_epoch_is_told() -> None:
    curve = Curve(accuracy=[0.25, 0.75, 0.5], best=2)
    assert validated({"head": curve}, np.array([0, 0, 1, 2])) == Accuracy(0.75, 4, 0.5, "validation")
    assert validated({"head": Curve(accuracy=[0.5], start_accuracy=0.6)}, np.array([0, 1])) == Accuracy(0.6, 2, 0.5, "validation")
    assert validated({"head": Curve()}, np.array([], dtype=np.int64)) is None


def test_another_backbone_gets_its_own_size() -> None:
    assert recipe_of("own").size == 352
    assert recipe_of("own", backbone="EfficientNet_Lite0").size == 352
    assert recipe_of("own", backbone="mobilenetv2").size == 0
    assert recipe_of("own", backbone="mobilenetv2", size=96).size == 96


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            ("--recipe", "own", "--backbone", "vgg16"),
            " on 36 images by cross-validation (always guessing the largest class: 33.3%)",
        ),
        (("--recipe", "paper", "--epochs", "2", "--finetune-epochs", "0"), " on 6 images kept for validation"),
        (("--recipe", "seed", "--epochs", "1", "--split", "all"), "Add --validation 0.1 to measure it"),
    ],
)
def test_train_prints_the_accuracy(
    options: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    job = training_job(tmp_path, monkeypatch)
    given = ("--out", str(job.out), "--artifacts", str(job.bundled), "--cache", str(job.cache), "--batch", "6")
    assert main(["train", str(job.data), *given, *options]) == 0
    assert says in capsys.readouterr().out
    recorded = json.loads((job.out / "training.json").read_text())["accuracy"]
    assert (recorded is None) == ("seed" in options)
