"""Metrics, losses, targets and splits, each computed by hand, and the training of a head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devise_core.datasets import readers, splits
from devise_core.errors import BuildError
from devise_core.evaluate.metrics import average_precision, exact_interval, interval, interval_over_groups, precision_at
from devise_core.evaluate.tables import RIVALS, MetricValues, comparison
from devise_core.results import OURS
from devise_core.train.head import Head, averaged, conse_head, interpolated
from devise_core.train.loss import hinge_rank, hinge_rank_pairs
from devise_core.train.recipe import Recipe
from devise_core.train.sampling import Captions, Examples, batches, feature_examples
from devise_core.train.stages import train_head
from devise_core.train.targets import make_targets


def floats(*rows: object) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_average_precision_by_hand() -> None:
    assert average_precision(floats(4, 3, 2, 1), np.array([True, False, True, False])) == pytest.approx((1 + 2 / 3) / 2)
    with pytest.raises(ValueError, match="relevant"):
        average_precision(floats(1), np.array([False]))


def test_average_precision_equals_scikit_learns() -> None:
    from sklearn.metrics import average_precision_score

    rng = np.random.default_rng(0)
    for count in (1, 2, 10, 1000):
        scores, relevant = rng.normal(size=count).astype(np.float32), rng.random(count) < 0.3
        relevant[0] = True
        assert average_precision(scores, relevant) == pytest.approx(average_precision_score(relevant, scores), abs=1e-12)


def test_precision_is_divided_by_its_highest_possible_value() -> None:
    relevant = np.array([True, False, True, False])
    assert precision_at(floats(4, 3, 2, 1), relevant, 2) == 0.5
    assert precision_at(floats(4, 3, 2, 1), relevant, 8) == 1


def test_interval_contains_the_mean() -> None:
    low, high = interval([0, 1] * 50)
    assert 0.35 < low < 0.5 < high < 0.65
    assert interval([0.5] * 9) == (0.5, 0.5)


def test_hinge_rank_loss_by_hand() -> None:
    # e·t = 0.8 and e·wrong = 0.6. With margin 0.1 the sum is negative, with margin 0.3 the loss is 0.1. The near label adds none.
    embeddings, labels = floats([0.8, 0.6]), floats([1, 0], [0, 1], [1, 0])
    wrong = floats([0, 1, 0])
    assert float(hinge_rank(embeddings, np.array([0]), labels, wrong, 0.1)) == 0
    assert float(hinge_rank(embeddings, np.array([0]), labels, wrong, 0.3)) == pytest.approx(0.1)


def test_hinge_rank_loss_of_captions_by_hand() -> None:
    # Each image is at the caption of the other, so the loss is 0.1 − 0 + 1 for each image, in both directions.
    assert float(hinge_rank_pairs(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32)[::-1], 0.1)) == pytest.approx(2.2 / 2)
    assert float(hinge_rank_pairs(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32), 0.1)) == 0


def test_targets_share_a_class_with_its_hypernyms() -> None:
    targets = make_targets(
        [floats(1, 0, 0)[0:3], floats(0, 1, 0)],
        [{"bird": 1, "animal": 2}, {}],
        {"animal": floats(0, 0, 1), "bird": floats(0.1, 0, 0.99)},
    )
    assert targets.labels.shape == (4, 3)
    assert targets.shares[0] == pytest.approx([0.85, 0, 0.15 * 0.49 / 1.19, 0.15 * 0.7 / 1.19])
    assert targets.shares[1] == pytest.approx([0, 1, 0, 0])
    assert targets.wrong.tolist() == [[0, 1, 0, 0], [1, 0, 1, 1]]


def test_untrained_head_is_conse() -> None:
    head = conse_head(np.eye(2, dtype=np.float32), floats(0, 0), floats([1, 0], [0, 1]), temperature=1)
    probability = np.exp(head.kernel @ [2, 0]) / np.exp(head.kernel @ [2, 0]).sum()
    assert (probability @ head.vectors)[0] == pytest.approx(np.e**2 / (np.e**2 + 1))
    with pytest.raises(ValueError, match="2 labels.*3 label vectors"):
        conse_head(np.eye(2, dtype=np.float32), floats(0, 0), np.eye(3, dtype=np.float32))


RNG = np.random.default_rng(0)
FEATURES = (RNG.normal(size=(1, 60, 4)) * [[[1.0]], [[1.1]]]).astype(np.float32)  # (views, n, f)
CLASSES = (FEATURES[0, :, 0] > 0).astype(np.int64)
START = Head(RNG.normal(size=(4, 3)).astype(np.float32), np.zeros(3, np.float32), np.eye(3, dtype=np.float32))
VECTORS = [floats(1, 0, 0), floats(0, 1, 0)]
TARGETS = make_targets(VECTORS, [{"bird": 1}, {}], {"bird": floats(0.6, 0, 0.8)})


def examples() -> Examples:
    return feature_examples(FEATURES, CLASSES, Captions(np.arange(30), [VECTORS[label][None] for label in CLASSES[:30]]))


def plain_loop(recipe: Recipe) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[float]]:
    """Train ``START`` with TensorFlow variables instead of Keras layers."""
    import keras
    import tensorflow as tf

    kernel, bias, vectors = (tf.Variable(part) for part in (START.kernel, START.bias, START.vectors))
    slow, fast = keras.optimizers.Adam(recipe.classifier_rate), keras.optimizers.Adam(recipe.rate)

    def embed(features: Any) -> Any:
        return tf.math.l2_normalize(tf.nn.softmax(features @ kernel + bias) @ vectors, axis=1)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(features: Any, true: Any, wrong: Any, captioned: Any, captions: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = hinge_rank(embed(features), true, tf.constant(TARGETS.labels), wrong, recipe.margin)
            if captions is not None:
                loss += recipe.caption_weight * hinge_rank_pairs(embed(captioned), captions, recipe.margin)
        gradients = tape.gradient(loss, [kernel, bias, vectors])
        slow.apply_gradients(zip(gradients[:2], [kernel, bias], strict=True))
        fast.apply_gradients([(gradients[2], vectors)])
        return loss

    rng, losses, rows = np.random.default_rng(recipe.seed), [], FEATURES.reshape(-1, 4)
    for _ in range(recipe.epochs):
        epoch = [
            float(step(rows[b.rows], b.true, b.wrong, None if b.captioned is None else rows[b.captioned], b.captions))
            for b in batches(examples(), TARGETS, recipe, rng)
        ]
        losses.append(float(np.mean(epoch)))
    return kernel.numpy(), bias.numpy(), vectors.numpy(), losses


def test_training_learns_and_repeats() -> None:
    recipe = Recipe(epochs=30, batch=20, classifier_rate=0.05, rate=0.05, caption_weight=0.1)
    targets = make_targets(VECTORS, [{}, {}], {})
    (head, curve), (again, _) = (train_head(START, targets, examples(), recipe) for _ in range(2))
    assert curve.loss[-1] < curve.loss[0] / 2
    assert (head.kernel == again.kernel).all()
    assert interpolated(START, head, 0).kernel == pytest.approx(START.kernel)
    assert interpolated(START, averaged([head, START]), 1).bias == pytest.approx((head.bias + START.bias) / 2)


@pytest.mark.parametrize("caption_weight", [0.0, 3.0])
def test_trainer_gives_the_weights_of_a_plain_tensorflow_loop(caption_weight: float) -> None:
    """The bundled head was trained by such a loop. Equal bits keep its build reproducible."""
    recipe = Recipe(epochs=2, batch=20, caption_weight=caption_weight)
    head, curve = train_head(START, TARGETS, examples(), recipe)
    kernel, bias, vectors, losses = plain_loop(recipe)
    assert [np.array_equal(a, b) for a, b in ((head.kernel, kernel), (head.bias, bias), (head.vectors, vectors))] == [True] * 3
    assert curve.loss == losses


def test_splits_keep_zero_shot_classes_out_of_training() -> None:
    labels = ["cat"] * 9 + ["sea horse"] * 6
    assert splits.two_thirds_of_each_class(labels).sum() == 10
    assert splits.zero_shot(labels).tolist() == [False] * 9 + [True] * 6
    assert len(splits.ZERO_SHOT) == 46
    assert splits.four_fifths(1000).sum() == 800


def test_seed_split_equals_scikit_learns() -> None:
    from sklearn.model_selection import train_test_split
    from sklearn.utils import shuffle

    train, test = train_test_split(shuffle(np.arange(1000), random_state=7), train_size=0.9, random_state=7)
    mask = splits.seed_split(1000)
    assert set(np.flatnonzero(mask)) == set(train)
    assert set(np.flatnonzero(~mask)) == set(test)


def test_pascal_captions_are_read_from_the_page() -> None:
    page = """<tr><td><img src="cat/1.jpg"></td><td><table><tr><td> A cat &amp; a dog. </td></tr><tr><td>Two
    pets</td></tr></table></td></tr><tr><td><img src="dog/2.jpg"></td></tr>"""
    assert readers.read_pascal_page(page) == {"cat/1.jpg": ("A cat & a dog.", "Two\n    pets"), "dog/2.jpg": ()}


def test_missing_data_set_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no folder"):
        readers.caltech_101(tmp_path)
    (tmp_path / "images").mkdir()
    with pytest.raises(BuildError, match="no images"):
        readers.caltech_101(tmp_path)


def test_the_interval_of_equal_values_has_a_width() -> None:
    """The bootstrap gives [0, 0] for any number of zeros. The rule of three gives about 3 / n."""
    assert interval([0.0] * 765) == (0.0, 0.0)
    assert exact_interval(0, 765) == pytest.approx((0, 0.0048), abs=1e-4)
    assert exact_interval(1, 50) == pytest.approx((0.929, 1), abs=1e-3)


def test_similar_queries_are_resampled_together() -> None:
    """Five captions of an image that all succeed or all fail say no more than one."""
    images = np.repeat(np.arange(200), 5)
    values = (images % 3 == 0).astype(float)
    alone, together = interval(values), interval_over_groups(values, images)
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])


def test_intervals_of_a_table_resample_whole_clusters() -> None:
    hit = np.repeat([1.0, 0.0] * 20, 5)  # all five captions of an image succeed or all fail
    measured: dict[str, MetricValues | str] = {RIVALS[0]: {"R@1": np.zeros(200)}, OURS: {"R@1": hit}}
    alone, together = (comparison("", "", "", measured, clusters=images).rows for images in (None, np.repeat(np.arange(40), 5)))
    assert [str(rows[0][1]) for rows in (alone, together)] == ["0.000 [0.000, 0.018]", "0.000 [0.000, 0.088]"]
    for one, five in zip(alone[1:], together[1:], strict=True):  # DeViSE and its lead over ConSE
        assert five[1].low is not None and one[1].low is not None
        assert five[1].low < one[1].low < 0.5


def test_no_difference_for_any_query_has_no_width() -> None:
    equal: MetricValues = {"hit@1": np.zeros(10)}
    assert str(comparison("", "", "", {RIVALS[0]: equal, OURS: equal}).rows[-1][1]) == "0.000 [0.000, 0.000]"
