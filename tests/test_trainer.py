"""Recipes, the trainer and its checkpoints, and the images it trains on, computed by hand or compared with an uninterrupted run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devise_core.errors import BuildError
from devise_core.train.cache import FeatureCache
from devise_core.train.checkpoint import Checkpoint
from devise_core.train.corpus import read_images, training_part, validation_part
from devise_core.train.head_models import mlp_model
from devise_core.train.recipe import RECIPES, Recipe, recipe_of
from devise_core.train.sampling import Captions, Examples
from devise_core.train.targets import make_targets
from devise_core.train.trainer import Curve, LayerOptimizer, Trainer, make_optimizer

LABELS = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 1, 0], [0, 0, 1]], np.float32)
FEATURES = np.random.default_rng(1).normal(size=(40, 6)).astype(np.float32)
CLASSES = (FEATURES[:, 0] > 0).astype(np.int64)
SETTINGS = Recipe(head="mlp", loss="hinge-first", batch=8, rate=0.01, optimizer="sgd", caption_weight=0.5, patience=0)


def test_recipe_settings_can_be_replaced() -> None:
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
        ("head", "tree", "head must be one of conse, mlp, linear.*'tree'"),
        ("rate", -1.0, "must not be negative.*-1"),
        ("batch", 0, "must be at least 1"),
        ("rate", float("nan"), "must not be negative"),
        ("validation", 1.0, "must be below 1"),
        ("views", "plain,upside-down", "views must be any of.*'upside-down'"),
    ],
)
def test_setting_that_is_not_allowed_is_refused(setting: str, value: object, says: str) -> None:
    with pytest.raises(BuildError, match=says):
        recipe_of("paper", **{setting: value})


def test_unknown_recipe_lists_the_names() -> None:
    with pytest.raises(BuildError, match="no recipe “soup”. Choose one of bundled, own, seed, paper"):
        recipe_of("soup")


def part(rows: slice) -> Examples:
    features, classes = FEATURES[rows], CLASSES[rows]
    return Examples(
        lambda places: features[places], classes, captions=Captions(np.array([0, 3, 5]), [LABELS[[2]], LABELS[2:], LABELS[[0]]])
    )


def trainer(recipe: Recipe, seed: int = 7) -> Trainer:
    import keras

    keras.utils.set_random_seed(seed)
    model = mlp_model(6, 3)
    return Trainer(
        model,
        [LayerOptimizer(make_optimizer(recipe.optimizer, recipe.rate), model.trainable_variables)],
        recipe,
        make_targets([LABELS[0], LABELS[2]], [{}, {}], {}),
    )


def state(trained: Trainer) -> list[bytes]:
    return [variable.numpy().tobytes() for variable in trained.model.variables]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_resumed_run_ends_like_an_uninterrupted_one(optimizer: str, tmp_path: Path) -> None:
    recipe, checkpoint = (
        recipe_of("paper", head="mlp", batch=8, rate=0.01, optimizer=optimizer, caption_weight=0.5),
        Checkpoint(tmp_path / "c.npz", {}),
    )

    def stop(done: int, curve: Curve) -> None:
        if done == 2:
            raise KeyboardInterrupt

    whole = trainer(recipe)
    whole.run(4, part(slice(30)), part(slice(30, 40)))
    with pytest.raises(KeyboardInterrupt):
        trainer(recipe).run(4, part(slice(30)), part(slice(30, 40)), checkpoint, stop)
    resumed = trainer(recipe, seed=8)  # the checkpoint replaces its weights
    epochs: list[int] = []
    curve = resumed.run(4, part(slice(30)), part(slice(30, 40)), checkpoint, lambda done, _: epochs.append(done))
    assert epochs == [3, 4]
    assert curve == whole.curve
    assert state(resumed) == state(whole)


def test_same_seed_gives_same_weights() -> None:
    runs = [trainer(SETTINGS, seed) for seed in (7, 7, 8)]
    for each in runs:
        each.run(2, part(slice(40)), None)
    assert state(runs[0]) == state(runs[1]) != state(runs[2])


def test_best_weights_are_restored_and_training_stops() -> None:
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, use_bias=False), keras.layers.UnitNormalization()])
    model.set_weights([np.eye(2, dtype=np.float32)])  # right for the validation images, but trained on the opposite
    vectors = np.eye(2, dtype=np.float32)
    train, validation = (
        Examples(lambda rows: vectors[rows], np.array([1, 0])),
        Examples(lambda rows: vectors[rows], np.array([0, 1])),
    )
    recipe = Recipe(loss="cosine", optimizer="sgd", rate=0.1, batch=2, patience=3)
    trainer = Trainer(
        model,
        [LayerOptimizer(make_optimizer("sgd", 0.1), model.trainable_variables)],
        recipe,
        make_targets(list(vectors), [{}, {}], {}),
    )
    curve = trainer.run(50, train, validation)
    assert (curve.start, curve.best, len(curve.loss)) == (0, 0, 3)
    assert curve.validation == sorted(curve.validation)
    assert model.get_weights()[0].tolist() == np.eye(2).tolist()


def test_diverging_loss_is_reported() -> None:
    with pytest.raises(BuildError, match="becomes NaN or infinite in epoch.*Use a lower learning rate"):
        trainer(Recipe(head="mlp", loss="cosine", optimizer="sgd", rate=1e30, batch=8)).run(9, part(slice(40)), None)


def test_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    assert Checkpoint(path, {}).load() is None
    Checkpoint(path, {"margin": 0.1, "views": ("plain",)}).save(
        {"best": 2}, {"model": [np.arange(3), np.ones(2)], "best": [np.zeros(1)]}
    )
    loaded = Checkpoint(path, {"margin": 0.1, "views": ("plain",)}).load()
    assert loaded is not None
    assert loaded[0] == {"best": 2}
    assert [[array.tolist() for array in loaded[1][name]] for name in ("model", "best")] == [[[0, 1, 2], [1, 1]], [[0]]]
    with pytest.raises(BuildError, match=r"different margin \(0.1, now 0.2\).*leave out --resume"):
        Checkpoint(path, {"margin": 0.2}).load()
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BuildError, match="damaged.*Leave out --resume"):
        Checkpoint(path, {"margin": 0.1}).load()


def test_a_cache_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "features.sqlite").write_bytes(b"no database" * 99)
    with pytest.raises(BuildError, match=r"features\.sqlite cannot be read or written.*delete it.*--no-cache"):
        FeatureCache(tmp_path / "features.sqlite", "a", 8)


def test_splits_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "pascal-sentences"
    for name in ("diningtable", "cat"):
        (folder / "images" / name).mkdir(parents=True)
        for number in range(5):
            Image.new("RGB", (9, 9)).save(folder / "images" / name / f"{number}.jpg")
    (folder / "index.html").write_text('<img src="cat/0.jpg"><table><tr><td>A cat.</td></tr></table>')
    images = read_images(folder)
    assert {image.label for image in images} == {"cat", "dining table"}
    assert images[0].captions == ("A cat.",)
    assert [len(training_part(images, split)) for split in ("all", "seed", "seen")] == [10, 9, 6]
    classes = np.array([0] * 20 + [1] * 3 + [2])
    assert [validation_part(classes, 0.1, 7)[classes == each].sum() for each in range(3)] == [2, 1, 0]
    assert not validation_part(classes, 0, 7).any()
