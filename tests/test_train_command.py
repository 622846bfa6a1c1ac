"""Train a model on images of three colours, from the folder to the answers of the engine."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from devise_core import load_engine
from devise_core.backbones import LITE0
from devise_core.bundle import training_run
from devise_core.bundle.nouns import NounRow, write_nouns
from devise_core.bundle.training_run import TrainingJob, train_model
from devise_core.cli import main
from devise_core.errors import BuildError
from devise_core.evaluate import random_baseline
from devise_core.evaluate.methods import CONSE, NOT_APPLICABLE, RANDOM, SOFTMAX, Methods
from devise_core.evaluate.model_under_test import open_model_under_test
from devise_core.evaluate.protocols import measure
from devise_core.results import OURS
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.train import features
from devise_core.train.cache import FeatureCache
from devise_core.train.features import cached_features
from devise_core.train.recipe import Recipe, recipe_of
from devise_core.train.trainer import Curve, Progress
from devise_core.vectors import quantise, unit
from tests.fakes import tiny_backbone, word_vectors

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "deep_blue": (0, 0, 255)}
WORDS = ("the", "red", "green", "deep", "blue", "scarlet", "violin")
VECTORS = np.array(
    [[1, 1, 1, 1], [2, 0, 0, 1], [0, 2, 0, 1], [0, 0, 1, 3], [0, 0, 4, 1], [1.8, 0.2, 0, 1], [-1, -1, -1, 1]], np.float32
)


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    """Write the text files of a model. Three colours are nouns, and the fourth axis is a shared direction to remove."""
    layout = ArtifactLayout(tmp_path / "bundled")
    layout.root.mkdir()
    manifest = Manifest(layout.root)
    vectors, scales = quantise(VECTORS)
    layout.words.write_text("\n".join(WORDS) + "\n")
    np.save(layout.word_vectors, vectors)
    np.save(layout.word_scales, scales)
    np.save(layout.directions, np.array([[0, 0, 0, 1]], np.float32))
    np.save(layout.label_vectors, np.eye(2, 4, dtype=np.float32))
    layout.labels.write_text("id,names,hypernyms\nn1,red,\nn2,green,\n")
    kinds = [
        NounRow("red", 1, 1, unit([1, 0.1, 0, 0])),
        NounRow("green", 2, 2, unit([0.1, 1, 0, 0])),
        NounRow("deep blue", 4, 3, unit([0, 0, 1, 0])),
        NounRow("xyzzy", None, 4, unit([0, 1, 1, 0])),
    ]
    write_nouns(layout, manifest, kinds, {"red", "green"}, np.load(layout.directions), {"red": ["reds"]})
    for path in (layout.words, layout.word_vectors, layout.word_scales, layout.directions, layout.label_vectors, layout.labels):
        manifest.add(path, "by hand", "by hand")
    manifest.write()
    return layout.root


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "colours"
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for number in range(12):
            red, green, blue = (abs(part - 7 * number) for part in colour)
            path = folder / name / f"{number}.{'png' if number else 'webp'}"
            Image.new("RGB", (12, 8), (red, green, blue)).save(path, lossless=True)
    return folder


@pytest.fixture
def order(bundled: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainingJob:
    monkeypatch.setattr(training_run, "load_backbone", tiny_backbone)
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    recipe = recipe_of("paper", epochs=3, batch=6, finetune_epochs=2, optimizer="adam", rate=0.05, finetune_rate=1e-3)
    return TrainingJob(data, tmp_path / "model", recipe, bundled, tmp_path / "cache")


def quiet(stage: str, epochs: int) -> Progress:
    return lambda done, curve: None


def train(order: TrainingJob, watch: Callable[[str, int], Progress] = quiet) -> Any:
    return train_model(order, lambda text: None, watch)


def test_seed_recipe_end_to_end(
    order: TrainingJob, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "red" / "broken.png").write_bytes(b"no picture")
    out = str(order.out)
    given = [
        "--artifacts",
        str(order.bundled),
        "--cache",
        str(order.cache),
        "--epochs",
        "40",
        "--split",
        "all",
        "--batch",
        "6",
        "--rate",
        "0.1",
    ]
    assert main(["train", str(data), "--out", out, "--recipe", "seed", *given, "--json"]) == 0
    stdout, stderr = capsys.readouterr()
    assert (json.loads(stdout)["pictures"], json.loads(stdout)["classes"], json.loads(stdout)["skipped"]) == (36, 3, 1)
    assert "broken.png" in stderr
    assert main(["index", str(data), "--name", "colours", "--artifacts", out]) == 0
    engine = load_engine(out, "colours")
    assert [hit.name for hit in engine.search_text("red", k=3)] == ["red"] * 3
    assert [hit.name for hit in engine.search_text("deep blue", k=3)] == ["deep blue"] * 3
    # The text encoder returns the word vectors as trained, like "raw" targets, with no direction removed and no hypernyms.
    assert engine.label_image(data / "green" / "1.png", 1, "all")[0].word == "green"
    assert engine.embed_text("deep blue") == pytest.approx(unit([0, 0, 5, 4]), abs=0.02)
    assert engine.embed_text("reds") == pytest.approx(unit([2, 0, 0, 1]), abs=0.02)
    assert word_vectors(engine).directions.shape == (0, 4)
    assert word_vectors(engine).nouns.nouns == ["red", "green", "deep blue"]  # "xyzzy" has no vector


def test_files_and_record_of_a_trained_model(order: TrainingJob) -> None:
    trained = train(order)
    layout, manifest = ArtifactLayout(order.out), Manifest.read(order.out)
    files = {path.name for path in order.out.iterdir()} - {"manifest.json"}
    assert files == set(manifest.files)
    assert all(
        manifest.verified(order.out / name) and manifest.files[name].command and manifest.files[name].source for name in files
    )
    record = json.loads((order.out / "training.json").read_text())
    assert (record["recipe"], record["settings"]["margin"], record["names"]) == ("bundled", 0.1, ["deep blue", "green", "red"])
    assert record["backbone"]["identity"] == "tiny-7"
    assert np.load(layout.label_vectors) == pytest.approx(unit([[0, 0, 5, 4], [0, 2, 0, 1], [2, 0, 0, 1]]), abs=0.02)
    history = json.loads((order.out / "history.json").read_text())
    assert (len(history["head"]["loss"]), len(history["finetune"]["loss"]), len(history["head"]["validation"])) == (3, 2, 3)
    with (order.out / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["stage"], row["epoch"]) for row in rows] == [
        ("head", "1"),
        ("head", "2"),
        ("head", "3"),
        ("finetune", "1"),
        ("finetune", "2"),
    ]
    assert float(rows[0]["validation_loss"]) == history["head"]["validation"][0]
    assert trained.validation.sum() == 6  # a tenth of each class, rounded up
    assert not list(order.out.parent.glob(".*"))


@pytest.mark.parametrize(("stage", "epoch"), [("head", 1), ("finetune", 1)])
def test_interrupted_run_resumes_to_the_same_bytes(order: TrainingJob, stage: str, epoch: int) -> None:
    def stopping(current: str, epochs: int) -> Progress:
        def stop(done: int, curve: Curve) -> None:
            if (current, done) == (stage, epoch):
                raise KeyboardInterrupt

        return stop

    with pytest.raises(KeyboardInterrupt):
        train(order, stopping)
    assert sorted(path.name for path in order.out.parent.iterdir() if "model" in path.name) == [".training-model"]
    with pytest.raises(BuildError, match="different margin"):
        train(replace(order, resume=True, recipe=replace(order.recipe, margin=0.2)))
    train(replace(order, resume=True))
    whole = replace(order, out=order.out.with_name("whole"), keep_features=False)
    train(whole)
    assert (order.out / "model.keras").read_bytes() == (whole.out / "model.keras").read_bytes()
    assert (order.out / "history.json").read_bytes() == (whole.out / "history.json").read_bytes()


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
    )  # another backbone, so a softmax over these classes
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
    )  # of the same labels
    layout, manifest = ArtifactLayout(order.out), Manifest.read(order.out)
    np.save(layout.classifier, np.vstack([np.eye(8, 3), [[0, 2, 0]]]).astype(np.float16))
    manifest.add(layout.classifier, "by hand")
    manifest.write()
    third = train(replace(order, bundled=order.out, out=order.out.with_name("e"), recipe=recipe_of("bundled", epochs=0)))
    assert third.model.get_layer("labels").get_weights()[1].tolist() == [0, 1, 0]  # of the classifier, at temperature 2
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
    order: TrainingJob, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: Recipe
) -> None:
    sets = tmp_path / "sets"
    (sets / "pascal-sentences").mkdir(parents=True)
    data.rename(sets / "pascal-sentences/images")
    train(replace(order, data=sets / "pascal-sentences", recipe=recipe))
    monkeypatch.setattr(random_baseline, "load_backbone", tiny_backbone)
    messages: list[str] = []
    naming, by_label = measure(
        open_model_under_test(ArtifactLayout(order.out), sets, order.cache, messages.append), ["pascal-sentences"]
    ).tables
    warning = "trained on these images. Train it with --split seed"
    assert (warning in naming.note, warning in by_label.note) == ((recipe.split == "all"),) * 2
    assert naming.methods()[SOFTMAX]["hit@5"].value == 1  # of three labels
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


def test_cached_features_are_not_computed_again(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[int] = []
    compute = features.feature_function

    def counting(model: Any) -> Any:
        call = compute(model)

        def count(pixels: Any) -> Any:
            computed.append(1)
            return call(pixels)

        return count

    def run(identity: str = "a", views: tuple[str, ...] = ("plain",)) -> tuple[int, np.ndarray]:
        computed.clear()
        with FeatureCache(tmp_path / "features.sqlite", identity, 8) as cache:
            result = cached_features(model, files, views, cache)
        return len(computed), result.features

    monkeypatch.setattr(features, "feature_function", counting)
    model, files = tiny_backbone().model, sorted(data.rglob("*.png"))
    first, kept = run()[1], run()
    assert (kept[0], first.tolist()) == (0, kept[1].tolist())
    assert run(views=("plain", "padded"))[0] == 4  # two views of two batches
    assert run(identity="another backbone")[0] == 2
    Image.new("RGB", (9, 9), "white").save(files[3])
    count, changed = run()
    assert count == 1
    assert np.flatnonzero((changed != first).any(axis=(0, 2))).tolist() == [3]


def test_unusable_data_is_refused(order: TrainingJob, data: Path, tmp_path: Path) -> None:
    def refused(says: str, **change: Any) -> None:
        with pytest.raises(BuildError, match=says):
            train(replace(order, **change))
        assert not order.out.exists()

    refused("no folder .*nowhere", data=tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    refused("no images below", data=tmp_path / "empty")
    refused("no word vectors at .*none.txt", words=str(tmp_path / "none.txt"))
    for name in ("green", "deep_blue"):
        (data / name).rename(tmp_path / name)
    refused(r"only one class \(red\).*at least two", data=data)
    (data / "gren").mkdir()
    (data / "gren" / "a.png").write_bytes(b"no picture")
    (data / "qqqq").mkdir()
    Image.new("RGB", (9, 9)).save(data / "qqqq" / "a.png")
    refused(r"classes “gren” \(green\?\), “qqqq”. Rename their folders", data=data)
    (data / "qqqq").rename(tmp_path / "qqqq")
    (data / "gren").rename(data / "green")
    refused("Fewer than two classes.*a.png: .*not an image", data=data)


def test_folder_with_other_files_is_not_replaced(order: TrainingJob) -> None:
    order.out.mkdir()
    (order.out / "diary.txt").write_text("mine")
    with pytest.raises(BuildError, match="holds other files.*new folder"):
        train(order)
    assert (order.out / "diary.txt").read_text() == "mine"
