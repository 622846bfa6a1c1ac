"""Losses and heads, computed by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from devise_core.train.classifier import fit_classifier, rooted
from devise_core.train.head import Head, conse_head
from devise_core.train.head_models import conse_model, linear_model, mlp_model
from devise_core.train.loss import cosine, hinge_rank, hinge_rank_first


def floats(*rows: object) -> Any:
    return np.array(rows, dtype=np.float32)


LABELS = floats([1, 0, 0], [0.6, 0.8, 0], [0, 1, 0], [0, 0, 1])
IMAGE = floats([0.8, 0.6, 0])
"""Its cosines with the labels: 0.8, 0.96, 0.6, 0."""


def test_first_violator_alone_adds_to_the_loss() -> None:
    # The first label is true. With margin 0.1 the second violates it (0.26), with margin 0.3 the third does too (0.1).
    true, wrong = np.array([0]), floats([0, 1, 1, 1])

    def first(order: list[float], margin: float) -> float:
        return float(hinge_rank_first(IMAGE, true, LABELS, wrong, margin, order=floats(order)))

    assert float(hinge_rank(IMAGE, true, LABELS, wrong, 0.3)) == pytest.approx(0.46 + 0.1)
    assert first([0, 0.2, 0.1, 0.3], 0.3) == pytest.approx(0.1)
    assert first([0, 0.1, 0.2, 0.3], 0.3) == pytest.approx(0.46)
    assert first([0.1, 0.9, 0.2, 0.3], 0.1) == pytest.approx(0.26)  # labels that are tried before the violator add nothing
    assert float(hinge_rank_first(IMAGE, np.array([1]), LABELS, floats([1, 0, 1, 1]), 0.1, order=floats([0, 1, 2, 3]))) == 0
    assert float(
        hinge_rank_first(IMAGE, true, LABELS, floats([0, 0, 1, 1]), 0.3, order=floats([0, 0.1, 0.2, 0.3]))
    ) == pytest.approx(0.1)


def test_cosine_loss_by_hand() -> None:
    assert float(cosine(IMAGE, np.array([2]), LABELS)) == pytest.approx(0.4)


def test_linear_head_is_one_matrix_and_unit_length() -> None:
    head = linear_model(2, 3)
    head.set_weights([floats([1, 0, 0], [0, 2, 0]), floats(0, 0, 1)])
    assert head(floats([1, 1])).numpy()[0] == pytest.approx(np.array([1, 2, 1]) / np.sqrt(6))


def test_mlp_head_has_the_layers_of_the_seed() -> None:
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
def test_shared_directions_are_removed_from_embeddings(model: Any) -> None:
    embeddings = model(4, 3, floats([0, 0, 1]))(np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)).numpy()
    assert np.abs(embeddings[:, 2]).max() < 1e-6
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(np.ones(5), abs=1e-5)


@pytest.mark.parametrize("classes", [2, 3])
def test_conse_head_over_custom_classes(classes: int) -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(classes), 20)
    features = (10 * np.eye(4, dtype=np.float32)[labels] + rng.normal(size=(len(labels), 4))).astype(np.float32)
    vectors = np.eye(3, dtype=np.float32)[:classes]
    embeddings = conse_model(conse_head(*fit_classifier(features[None], labels), vectors))(features).numpy()
    assert ((embeddings @ vectors.T).argmax(axis=1) == labels).all()
    assert embeddings[:, :classes].min() > 0  # a weighted mean of label vectors


def test_conse_model_computes_its_head() -> None:
    head = Head(np.eye(3, dtype=np.float32), np.zeros(3, np.float32), np.eye(3, dtype=np.float32))
    weights = np.exp([2.0, 1, 0])
    assert conse_model(head)(floats([2, 1, 0])).numpy()[0] == pytest.approx(weights / np.linalg.norm(weights))


def test_shares_below_the_floor_are_removed_except_the_largest() -> None:
    # The shares of 4, 1 and 0 have the roots 2, 1 and 0 over √5. The kernel multiplies by √5.
    # The softmax gives e², e and 1 over their sum, which is 0.67, 0.24 and 0.09.
    head = Head(np.sqrt(np.float32(5)) * np.eye(3, dtype=np.float32), np.zeros(3, np.float32), np.eye(3, dtype=np.float32))
    features = floats([4, 1, 0])
    assert rooted(features)[0] == pytest.approx(np.asarray([2, 1, 0]) / np.sqrt(5))
    assert not rooted(floats([0, 0, 0])).any()
    shares = np.exp([2, 1, 0]) / np.exp([2, 1, 0]).sum()
    kept = shares * [1, 1, 0]
    assert conse_model(head, root=True, floor=0.1)(features).numpy()[0] == pytest.approx(kept / np.linalg.norm(kept), abs=1e-5)
    assert conse_model(head, root=True, floor=0.9)(features).numpy()[0] == pytest.approx([1, 0, 0])
