"""Metrics, losses, splits and targets, each worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devise_core.datasets import readers, splits
from devise_core.errors import BuildError
from devise_core.evaluate.metrics import average_precision, interval, precision_at
from devise_core.train.fit import Captioned, Examples, Settings, averaged, between, fit
from devise_core.train.head import Head, conse_head
from devise_core.train.loss import hinge_rank, hinge_rank_pairs
from devise_core.train.targets import targets_of


def floats(*rows: object) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_average_precision() -> None:
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


def test_precision_is_divided_by_what_is_possible() -> None:
    relevant = np.array([True, False, True, False])
    assert precision_at(floats(4, 3, 2, 1), relevant, 2) == 0.5
    assert precision_at(floats(4, 3, 2, 1), relevant, 8) == 1


def test_the_interval_holds_the_mean() -> None:
    low, high = interval([0, 1] * 50)
    assert 0.35 < low < 0.5 < high < 0.65
    assert interval([0.5] * 9) == (0.5, 0.5)


def test_hinge_rank() -> None:
    # e·t = 0.8, e·wrong = 0.6: 0.1 − 0.8 + 0.6 < 0; with margin 0.3 the loss is 0.1. The near label costs nothing.
    embeddings, labels = floats([0.8, 0.6]), floats([1, 0], [0, 1], [1, 0])
    wrong = floats([0, 1, 0])
    assert float(hinge_rank(embeddings, np.array([0]), labels, wrong, 0.1)) == 0
    assert float(hinge_rank(embeddings, np.array([0]), labels, wrong, 0.3)) == pytest.approx(0.1)


def test_hinge_rank_of_pairs() -> None:
    # Each picture is at the other's caption: 0.1 − 0 + 1 for both, both ways.
    assert float(hinge_rank_pairs(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32)[::-1], 0.1)) == pytest.approx(2.2 / 2)
    assert float(hinge_rank_pairs(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32), 0.1)) == 0


def test_targets() -> None:
    targets = targets_of(
        [floats(1, 0, 0)[0:3], floats(0, 1, 0)],
        [{"bird": 1, "animal": 2}, {}],
        {"animal": floats(0, 0, 1), "bird": floats(0.1, 0, 0.99)},
    )
    assert targets.labels.shape == (4, 3)
    assert targets.shares[0] == pytest.approx([0.85, 0, 0.15 * 0.49 / 1.19, 0.15 * 0.7 / 1.19])
    assert targets.shares[1] == pytest.approx([0, 1, 0, 0])
    assert targets.wrong.tolist() == [[0, 1, 0, 0], [1, 0, 1, 1]]


def test_the_start_is_conse() -> None:
    head = conse_head(np.eye(2, dtype=np.float32), floats(0, 0), floats([1, 0], [0, 1]), temperature=1)
    probability = np.exp(head.kernel @ [2, 0]) / np.exp(head.kernel @ [2, 0]).sum()
    assert (probability @ head.vectors)[0] == pytest.approx(np.e**2 / (np.e**2 + 1))
    with pytest.raises(ValueError, match="2 labels.*3 label vectors"):
        conse_head(np.eye(2, dtype=np.float32), floats(0, 0), np.eye(3, dtype=np.float32))


def test_training_learns_and_is_repeatable() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(1, 60, 4)).astype(np.float32)
    classes = (features[0, :, 0] > 0).astype(np.int64)
    own = [floats(1, 0, 0)[:3], floats(0, 1, 0)]
    start = Head(rng.normal(size=(4, 3)).astype(np.float32), np.zeros(3, np.float32), np.eye(3, dtype=np.float32))
    settings = Settings(epochs=30, batch=20, classifier_rate=0.05, space_rate=0.05, caption_weight=0.1)
    captioned = Captioned(features[:, :30], [own[label][None] for label in classes[:30]])
    runs = [fit(start, targets_of(own, [{}, {}], {}), Examples(features, classes), captioned, settings) for _ in range(2)]
    (head, history), (again, _) = runs
    assert history.loss[-1] < history.loss[0] / 2
    assert (head.kernel == again.kernel).all()
    assert between(start, head, 0).kernel == pytest.approx(start.kernel)
    assert between(start, averaged([head, start]), 1).bias == pytest.approx((head.bias + start.bias) / 2)


def test_splits_keep_the_unseen_unseen() -> None:
    labels = ["cat"] * 9 + ["sea horse"] * 6
    assert splits.two_thirds_of_each_class(labels).sum() == 10
    assert splits.zero_shot(labels).tolist() == [False] * 9 + [True] * 6
    assert len(splits.ZERO_SHOT) == 46
    assert splits.four_fifths(1000).sum() == 800


def test_the_seeds_split_is_scikit_learns() -> None:
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


def test_a_data_set_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no folder"):
        readers.caltech_101(tmp_path)
    (tmp_path / "images").mkdir()
    with pytest.raises(BuildError, match="no images"):
        readers.caltech_101(tmp_path)
