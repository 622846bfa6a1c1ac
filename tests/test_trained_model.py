"""What a trained model has learned: its targets, its head and backbone, and its results beside the other methods."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devise_core.backbones import LITE0
from devise_core.bundle import training_run
from devise_core.bundle.training_run import TrainingJob
from devise_core.errors import BuildError
from devise_core.evaluate import random_baseline
from devise_core.evaluate.methods import CONSE, NOT_APPLICABLE, RANDOM, SOFTMAX, Methods
from devise_core.evaluate.model_under_test import open_model_under_test
from devise_core.evaluate.protocols import measure
from devise_core.results import OURS
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.train.recipe import Recipe, recipe_of
from devise_core.vectors import unit
from tests.colour_training import train, training_job
from tests.fakes import tiny_backbone


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainingJob:
    return training_job(tmp_path, monkeypatch)


def test_second_stage_trains_the_backbone_except_its_normalisation(order: TrainingJob) -> None:
    trained, before = train(replace(order, recipe=replace(order.recipe, validation=0.0))), tiny_backbone().model
    moved = {
        name: [
            not np.array_equal(a, b)
            for a, b in zip(before.get_layer(name).get_weights(), trained.model.get_layer(name).get_weights(), strict=True)
        ]
        for name in ("conv", "norm")
    }
    assert (any(moved["conv"]), any(moved["norm"])) == (True, False)


def test_text_targets_are_the_vectors_of_queries(order: TrainingJob) -> None:
    trained = train(replace(order, recipe=recipe_of("bundled", epochs=1, batch=6, head="mlp")))
    vectors = np.array([[0, 0, 1, 0], [0.1, 1, 0, 0], [1, 0.1, 0, 0]])
    assert trained.corpus.vectors == pytest.approx(unit(vectors), abs=0.02)
    embeddings = trained.model.predict(np.random.default_rng(0).uniform(0, 255, (4, 8, 8, 3)), verbose=0)["embedding"]
    assert np.abs(embeddings[:, 3]).max() < 1e-6


def test_conse_head_starts_from_the_bundled_classifier(order: TrainingJob, monkeypatch: pytest.MonkeyPatch) -> None:
    first = train(
        replace(order, recipe=recipe_of("bundled", epochs=1, batch=6))
    )  # another backbone, so the head is a softmax over these classes
    assert first.model.get_layer("labels").units == 3
    for name in Manifest.read(order.bundled).files:  # the linked files are unchanged
        Manifest.read(order.bundled).verified(order.bundled / name)
    with pytest.raises(BuildError, match="the bundled one.*features of efficientnet-lite0.*--start own"):
        train(replace(order, out=order.out.with_name("b"), recipe=recipe_of("bundled", start="bundled")))
    monkeypatch.setattr(training_run, "load_backbone", lambda *given: replace(tiny_backbone(), name=LITE0))
    second = train(
        replace(order, bundled=order.out, out=order.out.with_name("c"), recipe=recipe_of("bundled", epochs=0, start="bundled"))
    )
    assert [a.tolist() for a in second.model.get_layer("labels").get_weights()] == [
        a.tolist() for a in first.model.get_layer("labels").get_weights()
    ]
    assert second.corpus.names == first.corpus.names
    assert (
        Manifest.read(order.out.with_name("c")).files["classifier.npy"] == Manifest.read(order.out).files["classifier.npy"]
    )  # the labels are the same
    layout, manifest = ArtifactLayout(order.out), Manifest.read(order.out)
    np.save(layout.classifier, np.vstack([np.eye(8, 3), [[0, 2, 0]]]).astype(np.float16))
    manifest.add(layout.classifier, "by hand")
    manifest.write()
    third = train(replace(order, bundled=order.out, out=order.out.with_name("e"), recipe=recipe_of("bundled", epochs=0)))
    assert third.model.get_layer("labels").get_weights()[1].tolist() == [0, 1, 0]  # the classifier's biases, at temperature 2
    assert json.loads((order.out.with_name("e") / "training.json").read_text())["settings"]["start"] == "classifier"
    with pytest.raises(BuildError, match="its labels are mixed with their hypernyms"):
        train(replace(order, out=order.out.with_name("d"), recipe=recipe_of("bundled", start="bundled", targets="raw")))


@pytest.mark.parametrize(
    "recipe",
    [
        recipe_of("own"),
        recipe_of("seed", epochs=40, batch=6, rate=0.1),
        recipe_of("paper", epochs=40, batch=6, optimizer="adam", rate=0.05, finetune_epochs=0),
    ],
)
def test_trained_model_is_compared_with_the_other_methods(
    order: TrainingJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: Recipe
) -> None:
    sets = tmp_path / "sets"
    (sets / "pascal-sentences").mkdir(parents=True)
    order.data.rename(sets / "pascal-sentences/images")
    train(replace(order, data=sets / "pascal-sentences", recipe=recipe))
    monkeypatch.setattr(random_baseline, "load_backbone", tiny_backbone)
    messages: list[str] = []
    naming, by_label = measure(
        open_model_under_test(ArtifactLayout(order.out), sets, order.cache, messages.append), ["pascal-sentences"]
    ).tables
    warning = "trained on these images. Train it with --split seed"
    assert (warning in naming.note, warning in by_label.note) == ((recipe.split == "all"),) * 2
    assert naming.methods()[SOFTMAX]["hit@5"].value == 1  # there are only three labels
    mean_precisions = {name: cells["mAP"].value or str(cells["mAP"]) for name, cells in by_label.methods().items()}
    assert mean_precisions == {
        SOFTMAX: NOT_APPLICABLE,
        CONSE: 1,
        RANDOM: pytest.approx(0.9, abs=0.1),
        OURS: 1,
    }  # some random vectors are close to each other
    (sets / "pascal-sentences").rename(tmp_path / "colours")  # a custom data set outside the data folder
    elsewhere = open_model_under_test(ArtifactLayout(order.out), tmp_path / "nowhere", order.cache, messages.append)
    assert [method.name for method in Methods(elsewhere).embedding] == [CONSE, OURS]
    assert "random vectors are left out: There is no folder" in messages[-1]


def test_softmax_reads_the_features_of_the_second_stage(order: TrainingJob) -> None:
    trained = train(replace(order, recipe=replace(order.recipe, finetune_rate=0.05)))
    pixels = np.stack([np.asarray(Image.open(image.path).resize((8, 8))) for image in trained.corpus.images]).astype(np.float32)
    weights = np.load(ArtifactLayout(order.out).classifier)
    logits = trained.model.predict(pixels, verbose=0)["features"] @ weights[:-1] + weights[-1]
    assert (logits.argmax(axis=1) == trained.corpus.classes).all()
