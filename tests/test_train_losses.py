"""The losses, the heads, the loop, its checkpoints and its pictures, each worked out by hand or against an uninterrupted run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from devise_core.errors import BuildError
from devise_core.train.cache import FeatureCache
from devise_core.train.checkpoint import Checkpoint
from devise_core.train.corpus import read_pictures, training_part, validation_part
from devise_core.train.head import Head, conse_head, conse_model, linear_model, mlp_model, own_classifier, rooted
from devise_core.train.loop import Curve, Loop, Pace, Part, optimizer_of
from devise_core.train.loss import cosine, hinge_rank, hinge_rank_first
from devise_core.train.recipe import RECIPES, Recipe, recipe_of
from devise_core.train.targets import targets_of


def floats(*rows: object) -> Any:
    return np.array(rows, dtype=np.float32)


LABELS = floats([1, 0, 0], [0.6, 0.8, 0], [0, 1, 0], [0, 0, 1])
PICTURE = floats([0.8, 0.6, 0])
"""Its cosines with the labels: 0.8, 0.96, 0.6, 0."""


def test_the_sum_is_cut_at_the_first_violator() -> None:
    # The true label is the first; by a margin of 0.1 the second violates (0.26), by one of 0.3 the third as well (0.1).
    true, wrong = np.array([0]), floats([0, 1, 1, 1])

    def first(order: list[float], margin: float) -> float:
        return float(hinge_rank_first(PICTURE, true, LABELS, wrong, margin, order=floats(order)))

    assert float(hinge_rank(PICTURE, true, LABELS, wrong, 0.3)) == pytest.approx(0.46 + 0.1)
    assert first([0, 0.2, 0.1, 0.3], 0.3) == pytest.approx(0.1)
    assert first([0, 0.1, 0.2, 0.3], 0.3) == pytest.approx(0.46)
    assert first([0.1, 0.9, 0.2, 0.3], 0.1) == pytest.approx(0.26)  # those taken before it cost nothing
    assert float(hinge_rank_first(PICTURE, np.array([1]), LABELS, floats([1, 0, 1, 1]), 0.1, order=floats([0, 1, 2, 3]))) == 0
    assert float(
        hinge_rank_first(PICTURE, true, LABELS, floats([0, 0, 1, 1]), 0.3, order=floats([0, 0.1, 0.2, 0.3]))
    ) == pytest.approx(0.1)


def test_cosine_loss() -> None:
    assert float(cosine(PICTURE, np.array([2]), LABELS)) == pytest.approx(0.4)


def test_the_linear_head_is_one_matrix_of_unit_length() -> None:
    head = linear_model(2, 3)
    head.set_weights([floats([1, 0, 0], [0, 2, 0]), floats(0, 0, 1)])
    assert head(floats([1, 1])).numpy()[0] == pytest.approx(np.array([1, 2, 1]) / np.sqrt(6))


def test_the_mlp_head_is_the_seeds() -> None:
    import keras

    head = mlp_model(4, 3)
    layers = [(type(layer), getattr(layer, "units", getattr(layer, "rate", None))) for layer in head.layers[1:]]
    dense, norm = keras.layers.Dense, keras.layers.BatchNormalization
    assert layers == [
        (dense, 2000),
        (norm, None),
        (keras.layers.ReLU, None),
        (keras.layers.Dropout, 0.5),
        (dense, 3),
        (norm, None),
        (keras.layers.UnitNormalization, None),
    ]


@pytest.mark.parametrize("model", [linear_model, mlp_model])
def test_directions_that_queries_lack_are_taken_out(model: Any) -> None:
    found = model(4, 3, floats([0, 0, 1]))(np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)).numpy()
    assert np.abs(found[:, 2]).max() < 1e-6
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(5), abs=1e-5)


@pytest.mark.parametrize("classes", [2, 3])
def test_conse_over_ones_own_classes(classes: int) -> None:
    rng = np.random.default_rng(0)
    own = np.repeat(np.arange(classes), 20)
    features = (10 * np.eye(4, dtype=np.float32)[own] + rng.normal(size=(len(own), 4))).astype(np.float32)
    vectors = np.eye(3, dtype=np.float32)[:classes]
    found = conse_model(conse_head(*own_classifier(features[None], own), vectors))(features).numpy()
    assert ((found @ vectors.T).argmax(axis=1) == own).all()
    assert found[:, :classes].min() > 0  # a mean of label vectors by their probabilities


def test_recipes_fill_in_and_are_overridden() -> None:
    seed, paper = RECIPES["seed"], RECIPES["paper"]
    assert (seed.backbone, seed.head, seed.loss, seed.optimizer, seed.epochs, seed.batch) == (
        "vgg16",
        "mlp",
        "cosine",
        "sgd",
        50,
        32,
    )
    assert (seed.targets, seed.views, seed.split) == ("raw", "squashed", "seed")
    assert (paper.head, paper.loss, paper.margin, paper.optimizer) == ("linear", "hinge-first", 0.1, "adagrad")
    assert paper.finetune_epochs > 0
    given = recipe_of("seed", epochs=3, backbone=None, margin=0.0)
    assert (given.epochs, given.backbone, given.margin, given.batch) == (3, "vgg16", 0.0, 32)


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("head", "tree", "head is one of conse, mlp, linear.*'tree'"),
        ("rate", -1.0, "from 0 up.*-1"),
        ("batch", 0, "at least 1"),
        ("rate", float("nan"), "from 0 up"),
        ("validation", 1.0, "below 1"),
        ("views", "plain,upside-down", "views are any of.*'upside-down'"),
    ],
)
def test_a_setting_that_cannot_be(setting: str, value: object, says: str) -> None:
    with pytest.raises(BuildError, match=says):
        recipe_of("paper", **{setting: value})


def test_a_recipe_that_is_not_there() -> None:
    with pytest.raises(BuildError, match="no recipe “soup”: choose among bundled, own, seed, paper"):
        recipe_of("soup")


FEATURES = np.random.default_rng(1).normal(size=(40, 6)).astype(np.float32)
CLASSES = (FEATURES[:, 0] > 0).astype(np.int64)
SETTINGS = Recipe(head="mlp", loss="hinge-first", batch=8, rate=0.01, optimizer="sgd", caption_weight=0.5, patience=0)


def part(rows: slice) -> Part:
    features, classes = FEATURES[rows], CLASSES[rows]
    return Part(lambda places: features[places], classes, captions=(np.array([0, 3, 5]), [LABELS[[2]], LABELS[2:], LABELS[[0]]]))


def loop(recipe: Recipe, seed: int = 7) -> Loop:
    import keras

    keras.utils.set_random_seed(seed)
    model = mlp_model(6, 3)
    return Loop(
        model,
        [Pace(optimizer_of(recipe.optimizer, recipe.rate), model.trainable_variables)],
        recipe,
        targets_of([LABELS[0], LABELS[2]], [{}, {}], {}),
    )


def state(trained: Loop) -> list[bytes]:
    return [variable.numpy().tobytes() for variable in trained.model.variables]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_resumed_run_ends_as_an_uninterrupted_one(optimizer: str, tmp_path: Path) -> None:
    recipe, checkpoint = (
        recipe_of("paper", head="mlp", batch=8, rate=0.01, optimizer=optimizer, caption_weight=0.5),
        Checkpoint(tmp_path / "c.npz", {}),
    )

    def stop(done: int, curve: Curve) -> None:
        if done == 2:
            raise KeyboardInterrupt

    whole = loop(recipe)
    whole.run(4, part(slice(30)), part(slice(30, 40)))
    with pytest.raises(KeyboardInterrupt):
        loop(recipe).run(4, part(slice(30)), part(slice(30, 40)), checkpoint, stop)
    resumed = loop(recipe, seed=8)  # what it starts from is replaced
    epochs: list[int] = []
    curve = resumed.run(4, part(slice(30)), part(slice(30, 40)), checkpoint, lambda done, _: epochs.append(done))
    assert epochs == [3, 4]
    assert curve == whole.curve
    assert state(resumed) == state(whole)


def test_one_seed_gives_the_same_weights() -> None:
    runs = [loop(SETTINGS, seed) for seed in (7, 7, 8)]
    for each in runs:
        each.run(2, part(slice(40)), None)
    assert state(runs[0]) == state(runs[1]) != state(runs[2])


def test_the_best_weights_are_restored_and_training_stops() -> None:
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, use_bias=False), keras.layers.UnitNormalization()])
    model.set_weights([np.eye(2, dtype=np.float32)])  # already right for the validation part, taught the contrary
    vectors = np.eye(2, dtype=np.float32)
    taught, held = Part(lambda rows: vectors[rows], np.array([1, 0])), Part(lambda rows: vectors[rows], np.array([0, 1]))
    recipe = Recipe(loss="cosine", optimizer="sgd", rate=0.1, batch=2, patience=3)
    wrong = Loop(
        model, [Pace(optimizer_of("sgd", 0.1), model.trainable_variables)], recipe, targets_of(list(vectors), [{}, {}], {})
    )
    curve = wrong.run(50, taught, held)
    assert (curve.start, curve.best, len(curve.loss)) == (0, 0, 3)
    assert curve.validation == sorted(curve.validation)
    assert model.get_weights()[0].tolist() == np.eye(2).tolist()


def test_a_loss_that_runs_away_is_told() -> None:
    with pytest.raises(BuildError, match="no number any more after epoch.*lower learning rate"):
        loop(Recipe(head="mlp", loss="cosine", optimizer="sgd", rate=1e30, batch=8)).run(9, part(slice(40)), None)


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    assert Checkpoint(path, {}).load() is None
    Checkpoint(path, {"margin": 0.1, "views": ("plain",)}).save(
        {"best": 2}, {"model": [np.arange(3), np.ones(2)], "best": [np.zeros(1)]}
    )
    loaded = Checkpoint(path, {"margin": 0.1, "views": ("plain",)}).load()
    assert loaded is not None
    assert loaded[0] == {"best": 2}
    assert [[array.tolist() for array in loaded[1][name]] for name in ("model", "best")] == [[[0, 1, 2], [1, 1]], [[0]]]
    with pytest.raises(BuildError, match=r"another margin \(0.1, now 0.2\).*leave out --resume"):
        Checkpoint(path, {"margin": 0.2}).load()
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BuildError, match="damaged.*leave out --resume"):
        Checkpoint(path, {"margin": 0.1}).load()


def test_without_training_a_conse_head_is_its_start() -> None:
    head = Head(np.eye(3, dtype=np.float32), np.zeros(3, np.float32), np.eye(3, dtype=np.float32))
    weights = np.exp([2.0, 1, 0])
    assert conse_model(head)(floats([2, 1, 0])).numpy()[0] == pytest.approx(weights / np.linalg.norm(weights))


def test_a_cache_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "features.sqlite").write_bytes(b"no database" * 99)
    with pytest.raises(BuildError, match=r"features\.sqlite cannot be read or written.*delete it.*--no-cache"):
        FeatureCache(tmp_path / "features.sqlite", "a", 8)


def test_parts(tmp_path: Path) -> None:
    folder = tmp_path / "pascal-sentences"
    for name in ("diningtable", "cat"):
        (folder / "images" / name).mkdir(parents=True)
        for number in range(5):
            Image.new("RGB", (9, 9)).save(folder / "images" / name / f"{number}.jpg")
    (folder / "index.html").write_text('<img src="cat/0.jpg"><table><tr><td>A cat.</td></tr></table>')
    found = read_pictures(folder)
    assert {picture.label for picture in found} == {"cat", "dining table"}
    assert found[0].captions == ("A cat.",)
    assert [len(training_part(found, split)) for split in ("all", "seed", "seen")] == [10, 9, 6]
    classes = np.array([0] * 20 + [1] * 3 + [2])
    assert [validation_part(classes, 0.1, 7)[classes == each].sum() for each in range(3)] == [2, 1, 0]
    assert not validation_part(classes, 0, 7).any()


def test_shares_below_the_floor_count_for_nothing_but_the_largest_does() -> None:
    # The parts of 4, 1 and 0 in their sum have the roots 2, 1 and 0 over √5; the labels' weights give that back.
    # Shares of e², e and 1 over their sum: 0.67, 0.24 and 0.09.
    head = Head(np.sqrt(np.float32(5)) * np.eye(3, dtype=np.float32), np.zeros(3, np.float32), np.eye(3, dtype=np.float32))
    features = floats([4, 1, 0])
    assert rooted(features)[0] == pytest.approx(np.asarray([2, 1, 0]) / np.sqrt(5))
    assert not rooted(floats([0, 0, 0])).any()
    shares = np.exp([2, 1, 0]) / np.exp([2, 1, 0]).sum()
    kept = shares * [1, 1, 0]
    assert conse_model(head, root=True, floor=0.1)(features).numpy()[0] == pytest.approx(kept / np.linalg.norm(kept), abs=1e-5)
    assert conse_model(head, root=True, floor=0.9)(features).numpy()[0] == pytest.approx([1, 0, 0])
