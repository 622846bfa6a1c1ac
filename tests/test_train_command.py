"""Train a model on images of three colours, from the folder to the answers of the engine."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from devise_core import load_engine
from devise_core.bundle.training_run import TrainingJob
from devise_core.cli import main
from devise_core.errors import BuildError
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.noun_store import NounStore
from devise_core.train import features
from devise_core.train.cache import FeatureCache
from devise_core.train.features import cached_features
from devise_core.train.trainer import Curve, Progress
from devise_core.vectors import unit
from tests.colour_training import train, training_job
from tests.fakes import tiny_backbone, word_vectors
from tests.json_output import read_output


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainingJob:
    return training_job(tmp_path, monkeypatch)


@pytest.fixture
def data(order: TrainingJob) -> Path:
    return order.data


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
    assert (read_output(stdout)["pictures"], read_output(stdout)["classes"], read_output(stdout)["skipped"]) == (36, 3, 1)
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
    assert word_vectors(engine).nouns.nouns == ["deep blue", "red", "green"]  # "xyzzy" has no vector
    assert engine.label_image(data / "deep_blue" / "1.png", 1)[0].word == "deep blue", "a class names images, also if it is rare"
    assert engine.label_image(data / "red" / "1.png", 1)[0].word == "red"
    assert NounStore.open(ArtifactLayout(order.bundled).nouns, ArtifactLayout(order.bundled).noun_vectors).nouns[0] == "red"


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
