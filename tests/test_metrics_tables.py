"""Result tables, their bootstrap intervals, and a whole evaluation of a tiny model of three colours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from devise_core.cli import main
from devise_core.datasets.readers import AnnotatedImage
from devise_core.errors import BuildError
from devise_core.evaluate import custom_classes
from devise_core.evaluate.custom_classes import OWN
from devise_core.evaluate.methods import CONSE, NOT_APPLICABLE, RANDOM, SOFTMAX, Methods
from devise_core.evaluate.metrics import interval, interval_over_groups
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.protocols import measure
from devise_core.evaluate.random_baseline import random_head
from devise_core.evaluate.tables import MetricValues, class_means, comparison, subset
from devise_core.results import OURS, Cell, Table
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.noun_store import NounStore
from devise_core.text.word_store import WordStore
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import quantise
from devise_core.vision.image_encoder import Encoded
from tests.fakes import tiny_backbone
from tests.json_output import read_output

WORLD = {"dog": (1, 0, 0), "cat": (0, 1, 0), "car": (0, 0, 1), "anchor": (0.6, 0.8, 0), "emu": (0, 0.6, 0.8)}


class Colours:
    """The features and the embedding of an image are its colour."""

    model_id = ""

    def __init__(self) -> None:
        self.encoded = 0

    def encode_many(self, files: Iterable[Path]) -> Iterator[Encoded]:
        for file in files:
            self.encoded += 1
            with Image.open(file) as image:
                colour = np.asarray(image, np.float32).mean(axis=(0, 1), keepdims=False)[None]
            yield Encoded(np.asarray(colour / 255, np.float32), colour / np.linalg.norm(colour))


def paint(path: Path, name: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 4), tuple(round(255 * part) for part in WORLD[name])).save(path)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelUnderTest:
    """Return a model with three labels, a classifier that knows each by its colour, and images in three data sets."""
    layout, data = ArtifactLayout(tmp_path / "model"), tmp_path / "data"
    layout.root.mkdir()
    layout.labels.write_text("id,names,hypernyms\nn1,dog,n8:1|n9:2\nn2,cat,n8:1|n9:2\nn3,car,n9:1\n")
    np.save(layout.label_vectors, np.eye(3, dtype=np.float32))
    np.save(layout.classifier, np.vstack([20 * np.eye(3), np.zeros(3)]).astype(np.float16))
    manifest = Manifest(layout.root)
    for path in (layout.labels, layout.label_vectors, layout.classifier):
        manifest.add(path, "made by hand")
    for place, name in enumerate(("dog", "cat", "car")):
        paint(data / f"imagenet-samples/images/n{place + 1}_{name}.png", name)
        for number in range(4):
            paint(data / f"pascal-sentences/images/{name}/{number}.png", name)
            paint(data / f"caltech-101/images/{name}/{number}.png", name)
    for name in ("anchor", "emu"):
        paint(data / f"caltech-101/images/{name}/0.png", name)
    nouns, _ = quantise(np.eye(1, 3, dtype=np.float32))
    words = WordStore("\n".join(WORLD).encode(), *quantise(np.array(list(WORLD.values()), np.float32)))
    text = WordVectorEncoder(words, NounStore("dog\t1\n", nouns), np.empty((0, 3), np.float32))
    encoder: Any = Colours()
    monkeypatch.setattr(custom_classes, "load_backbone", tiny_backbone)
    return ModelUnderTest(layout, manifest, text, encoder, data, tmp_path / "cache", lambda _: None)


def count_encoded(model: ModelUnderTest) -> int:
    """Return how many images the fake encoder has encoded."""
    encoder: Any = model.encoder
    return int(encoder.encoded)


def test_paired_interval_is_narrower_than_its_parts() -> None:
    easy = np.array([0, 1] * 50, dtype=float)
    ours, theirs = easy * 0.9 + 0.1, easy * 0.9  # ours is 0.1 higher for every query
    assert interval(ours - theirs) == (pytest.approx(0.1), pytest.approx(0.1))
    assert interval(ours)[0] < interval(theirs)[1]


def test_similar_queries_are_resampled_together() -> None:
    # One class is always right and one never, so a resample of classes gives 0, 0.5 or 1.
    values, classes = np.array([1.0] * 50 + [0.0] * 50), np.array([0] * 50 + [3] * 50)
    assert interval_over_groups(values, classes) == (0, 1)
    assert interval(values)[0] > 0.35
    # Queries are pooled, so a class of three queries counts three times as much.
    assert interval_over_groups(np.ones(4), np.array([0, 1, 1, 1])) == (1, 1)


def test_intervals_are_percentiles_of_resampled_means() -> None:
    values, groups = np.random.default_rng(0).random(40), np.arange(40) % 6
    rows = np.random.default_rng(7).integers(40, size=(2000, 40))
    assert interval(values) == pytest.approx(np.percentile(values[rows].mean(axis=1), (2.5, 97.5)), abs=1e-12)
    sums, counts = np.bincount(groups, values), np.bincount(groups)
    rows = np.random.default_rng(7).integers(6, size=(2000, 6))
    pooled = sums[rows].sum(axis=1) / counts[rows].sum(axis=1)
    assert interval_over_groups(values, groups) == pytest.approx(np.percentile(pooled, (2.5, 97.5)), abs=1e-12)
    assert interval([0.5]) == interval_over_groups(np.array([0.5, 0.5]), np.array([3, 3])) == (0.5, 0.5)


def test_method_without_values_shows_its_reason() -> None:
    table = comparison(
        "Hits",
        "A note.",
        "imagenet",
        {SOFTMAX: "cannot", CONSE: {"hit@1": np.array([0.0, 1.0])}, OURS: {"hit@1": np.array([1.0, 1.0])}},
    )
    assert [str(row[0]) for row in table.rows] == ["softmax", "ConSE (T = 10)", "DeViSE", "DeViSE − ConSE (T = 10)"]
    assert [str(row[1]) for row in table.rows] == ["cannot", "0.500 [0.000, 1.000]", "1.000 [0.158, 1.000]", "0.500 [0.000, 1.000]"]
    assert table.queries == 2


def test_tables_print_with_aligned_columns() -> None:
    table = Table(
        "Hits",
        "A note.",
        ("method", "hit@1"),
        ((Cell(text="softmax"), Cell(text="cannot")), (Cell(text="DeViSE"), Cell(0.5, 0.25, 0.75))),
    )
    assert table.lines() == ["Hits", "A note.", "method   hit@1", "softmax  cannot", "DeViSE   0.500 [0.250, 0.750]"]
    assert table.markdown() == ["| method | hit@1 |", "|---|---|", "| softmax | cannot |", "| DeViSE | 0.500 [0.250, 0.750] |"]
    assert table.as_dict()["rows"] == [
        [{"text": "softmax"}, {"text": "cannot"}],
        [{"text": "DeViSE"}, {"value": 0.5, "low": 0.25, "high": 0.75}],
    ]


def test_published_figure_has_no_interval() -> None:
    assert (str(Cell(0.43)), Cell(0.43).as_dict()) == ("0.430", {"value": 0.43})


def test_class_means_and_subset() -> None:
    values = {"hit@1": np.array([1.0, 0.0, 1.0])}
    measured: dict[str, MetricValues | str] = {SOFTMAX: "cannot", OURS: values}
    assert class_means(["dog", "dog", "cat"], measured, ("hit@1",)) == {
        "columns": ["hit@1"],
        "classes": {"cat": {"queries": 1, OURS: [1.0]}, "dog": {"queries": 2, OURS: [0.5]}},
    }
    kept = subset(measured, np.array([False, True, True]))[OURS]
    assert not isinstance(kept, str)
    assert kept["hit@1"].tolist() == [0, 1]


def test_whole_evaluation(model: ModelUnderTest, tmp_path: Path) -> None:
    results = measure(model, ["imagenet", "zero-shot", "pascal-sentences", "caltech-101", "people"])
    results.write(tmp_path / "results.json")
    written = json.loads((tmp_path / "results.json").read_text("utf-8"))
    tables = {  # none for people, whom this model cannot name
        table["title"]: {row[0]["text"]: [cell.get("value", cell.get("text")) for cell in row[1:]] for row in table["rows"]}
        for table in written["tables"]
    }
    assert written["made_by"] == "python -m devise_core evaluate imagenet zero-shot pascal-sentences caltech-101 people --data DATA"
    assert (
        tables["All 3 ImageNet samples: flat hit@k"][SOFTMAX] == tables["All 3 ImageNet samples: flat hit@k"][OURS] == [1, 1, 1, 1]
    )
    alone, among = (tables[f"Zero-shot, the 2 unseen labels {where}"] for where in ("alone", "among the 3 seen"))
    assert (alone[SOFTMAX], alone[OURS]) == ([NOT_APPLICABLE] * 4, [1, 1, 1, 1])
    assert among[SOFTMAX] == [0, 0, 1, 1]  # of five candidates the unseen ones come last
    assert among[OURS] == [1, 1, 1, 1]
    assert tables["Text → images: Caltech-101, held-out images of seen classes"][OURS] == [1, 1]
    assert tables["Text → images: Caltech-101, 46 unseen classes"][SOFTMAX] == [NOT_APPLICABLE, NOT_APPLICABLE]
    naming = tables["Pascal Sentences, split of the 2020 notebook: naming with all words"]
    assert naming[OURS] == [1, 1, 1, 1, 0.5, 0.25]  # the store has five words
    custom, last = (
        tables["Pascal Sentences with a head trained on its classes: naming with all words"],
        "recipe own on 5 other splits",
    )
    assert custom[CONSE][0] == custom[SOFTMAX][0] == custom[RANDOM][0] == 1
    assert list(custom) == [SOFTMAX, CONSE, RANDOM, OWN, f"{OWN} − {CONSE}", f"{OWN} − {SOFTMAX}", last]
    assert custom[OWN] == custom[last] == naming[OURS]  # each class has its colour, so every split is easy
    assert written["per_class"]["zero-shot, unseen alone"]["classes"]["emu"][OURS] == [1, 1]
    assert written["references"][0]["figures"]["hit@5"] == 0.43


def test_random_baseline_is_trained_once_and_learns_its_labels(model: ModelUnderTest) -> None:
    by_name = {method.name: method for method in Methods(model).embedding}
    method = by_name[RANDOM]
    car = method.embed_images(model.encode([AnnotatedImage(model.data / "imagenet-samples/images/n3_car.png")]))[0]
    assert car @ method.embed_text("car") > car @ method.embed_text("dog")
    assert list(by_name) == [CONSE, RANDOM, OURS]
    files = list((model.cache / "random-heads").iterdir())
    encoded = count_encoded(model)
    again, first = random_head(model), random_head(model)
    assert again is not None and first is not None
    assert (again.vectors == first.vectors).all()
    assert (list((model.cache / "random-heads").iterdir()), count_encoded(model)) == (files, encoded)


def test_label_without_a_word_vector_is_not_a_query(model: ModelUnderTest) -> None:
    paint(model.data / "caltech-101/images/gerenuk/0.png", "car")
    held_out, _ = measure(model, ["caltech-101"]).tables
    assert "3 labels" in held_out.note and "not queries: gerenuk." in held_out.note


def test_each_image_is_encoded_once(model: ModelUnderTest) -> None:
    picture = AnnotatedImage(model.data / "imagenet-samples/images/n1_dog.png")
    first, second = model.encode([picture]), model.encode([picture, picture])
    assert (count_encoded(model), len(second.features)) == (1, 2)
    assert (second.embeddings[1] == first.embeddings[0]).all()


def test_missing_data_leaves_out_baselines(model: ModelUnderTest) -> None:
    (model.data / "caltech-101/images").rename(model.data / "away")
    assert [method.name for method in Methods(model).embedding] == [CONSE, OURS]
    del model.manifest.files["classifier.npy"]
    bare = ModelUnderTest(model.layout, model.manifest, model.text, model.encoder, model.data, model.cache, print)
    assert [method.name for method in Methods(bare).embedding] == [OURS]
    rows = measure(bare, ["pascal-sentences"]).tables[0].rows
    assert [[str(cell) for cell in row][:2] for row in rows[:3]] == [[name, "no classifier"] for name in (SOFTMAX, CONSE, RANDOM)]


def test_model_with_custom_labels_names_the_protocol_that_fits(model: ModelUnderTest) -> None:
    model.layout.labels.write_text("id,names,hypernyms\ndog,dog,\n")
    model.manifest.add(model.layout.labels, "made by hand")
    with pytest.raises(BuildError, match="evaluate pascal-sentences"):
        measure(model, ["imagenet"])


def test_command_prints_and_writes_the_same_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "stamps-queries.csv").write_text("query,category_prefix\nbird,animals/birds\nfruit,food/fruit\n")
    command = ["evaluate", "stamps", "--data", str(tmp_path), "--out", str(tmp_path / "results.json")]
    assert main([*command, "--json"]) == 0
    printed = read_output(capsys.readouterr().out)
    assert printed == {"command": "evaluate", **json.loads((tmp_path / "results.json").read_text("utf-8"))}
    table = printed["tables"][0]
    assert (table["queries"], table["columns"]) == (2, ["method", "mAP", "P@8"])
    assert [row[1].get("text") for row in table["rows"][:4]] == [NOT_APPLICABLE, None, "no training images", None]
    assert main(command) == 0
    assert capsys.readouterr().out.splitlines()[0] == table["title"] == "Text → images: the stamps by category"
