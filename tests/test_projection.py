"""The maps of a collection: the places of images and new vectors, their trustworthiness, and regions."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from devise_core import Engine
from devise_core.collections import projection
from devise_core.collections.polygon import inside_polygon
from devise_core.collections.projection import place, project, trustworthiness
from devise_core.collections.stored_maps import read_maps
from devise_core.errors import ArtifactError
from devise_core.vectors import Floats, unit
from tests.fakes import unit_rows


def two_groups() -> Floats:
    """Ten vectors around one direction and ten around another."""
    centres = np.repeat(np.eye(8, dtype=np.float32)[:2], 10, axis=0)
    return unit(centres + 0.1 * unit_rows(20, 8))


def test_principal_components_place_new_vectors_like_the_images() -> None:
    embeddings = unit_rows(30, 6)
    made = project(embeddings, methods=("pca",))
    assert set(made.places) == {"pca2", "pca3"}
    for name, places in made.places.items():
        assert made.place(name, embeddings[7], embeddings) == pytest.approx(places[7], abs=1e-5)
    spread = made.places["pca3"].std(axis=0)
    assert spread[0] > spread[1] > spread[2]
    assert np.ptp(made.places["pca3"], axis=0).max() == pytest.approx(0.96, abs=1e-5)


def test_tsne_keeps_groups_together_and_is_seeded() -> None:
    embeddings = two_groups()
    made, again = project(embeddings, methods=("tsne",)), project(embeddings, methods=("tsne",))
    assert {name: places.shape for name, places in made.places.items()} == {"tsne2": (20, 2), "tsne3": (20, 3)}
    for name, places in made.places.items():
        assert (places == again.places[name]).all()
        assert places[:, 0].std() == places.std(axis=0).max()  # the longest extent is from left to right
    places = made.places["tsne2"]
    assert np.ptp(places[:10], axis=0).max() < np.linalg.norm(places[:10].mean(axis=0) - places[10:].mean(axis=0))
    assert made.trustworthiness["tsne2"] > 0.8
    assert not set(made.clusters[:10, 0]) & set(made.clusters[10:, 0])


def test_a_sample_is_fitted_and_the_other_images_are_placed_among_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "MAX_FITTED", 12)
    places = project(two_groups(), methods=("tsne",)).places["tsne2"]
    assert places.min() >= 0 and places.max() <= 1
    centres = places[:10].mean(axis=0), places[10:].mean(axis=0)
    assert all(np.linalg.norm(spot - centres[0]) < np.linalg.norm(spot - centres[1]) for spot in places[:10])


@pytest.mark.parametrize("count", [1, 2, 4])
def test_few_images_have_only_principal_components(count: int) -> None:
    made = project(unit_rows(count, 6))
    assert set(made.places) == {"pca2", "pca3"}
    assert made.trustworthiness == {}
    assert all(np.isfinite(places).all() and 0 <= places.min() <= places.max() <= 1 for places in made.places.values())


def test_equal_images_have_one_place() -> None:
    made = project(np.tile(unit_rows(1, 6), (8, 1)), methods=("pca",))
    assert made.places["pca2"] == pytest.approx(0.5, abs=1e-3)
    assert set(made.clusters.ravel()) == {0}


def collinear(count: int) -> Floats:
    """Return unit rows on one great circle, so that all differences lie in a plane."""
    turn = np.linspace(0, 0.5, count)
    return np.stack([np.cos(turn), np.sin(turn), *np.zeros((4, count))], axis=1).astype(np.float32)


def with_damage(count: int) -> Floats:
    """Return rows of which one is NaN, one infinite and one zero."""
    rows = unit_rows(count, 6)
    rows[0], rows[1], rows[2] = np.nan, np.inf, 0
    return rows


def almost_equal(count: int, others: int = 0) -> Floats:
    """Return ``count`` rows that differ only by rounding, followed by ``others`` different rows."""
    rows = np.tile(unit_rows(1, 6), (count, 1)) + 1e-7 * unit_rows(count, 6, seed=3)
    return np.concatenate([unit(rows), unit_rows(others, 6, seed=5)]) if others else unit(rows)


@pytest.mark.parametrize(
    ("embeddings", "expected"),
    [
        (almost_equal(8), {"pca"}),
        (almost_equal(60), {"pca"}),
        (almost_equal(8, 2), {"pca"}),
        (almost_equal(60, 6), {"pca", "tsne"}),
        (collinear(8), {"pca", "tsne"}),
        (collinear(60), {"pca", "tsne", "umap"}),
        (with_damage(8), {"pca", "tsne"}),
    ],
    ids=["8 equal", "60 equal", "3 different", "7 different", "8 collinear", "60 collinear", "damaged"],
)
def test_degenerate_collections_have_a_map(embeddings: Floats, expected: set[str]) -> None:
    made = project(embeddings)
    assert {name[:-1] for name in made.places} == expected
    assert all(places.shape == (len(embeddings), int(name[-1])) for name, places in made.places.items())
    assert all(np.isfinite(places).all() and -0.01 <= places.min() <= places.max() <= 1.01 for places in made.places.values())
    assert made.clusters.shape == (len(embeddings), 2)


def test_umap_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "MIN_UMAP", 5)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert set(project(two_groups(), methods=("umap", "pca")).places) == {"pca2", "pca3"}


def test_a_new_vector_is_placed_among_its_nearest() -> None:
    embeddings = np.eye(7, dtype=np.float32)
    places = np.arange(14, dtype=np.float32).reshape(7, 2)
    between = unit(embeddings[2] + embeddings[4])  # two neighbours at 0.71, and three at 0 with e^-14 times the weight
    placed = place(np.stack([embeddings[3], between]), embeddings, places)
    assert placed[0] == pytest.approx(places[3], abs=1e-3)
    assert placed[1] == pytest.approx((places[2] + places[4]) / 2, abs=1e-3)


def test_trustworthiness_equals_its_definition() -> None:
    embeddings, places = unit_rows(12, 4), unit_rows(12, 2, seed=1)
    count, k, penalty = 12, 5, 0
    for row in range(count):
        ranks = [other for other in np.argsort(-(embeddings @ embeddings[row]), kind="stable") if other != row]
        near = [other for other in np.argsort(np.linalg.norm(places - places[row], axis=1)) if other != row][:k]
        penalty += sum(max(0, ranks.index(other) + 1 - k) for other in near)
    assert trustworthiness(embeddings, places) == pytest.approx(1 - 2 * penalty / (count * k * (2 * count - 3 * k - 1)))
    turn = np.linspace(0, np.pi / 2, 12)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1).astype(np.float32)
    assert trustworthiness(circle, circle) == 1


def test_places_inside_a_polygon() -> None:
    corner = np.array([[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]], dtype=np.float32)  # a square with a notch
    places = np.array([[1, 1], [2, 0.5], [2, 2], [3.5, 3], [5, 1], [-1, 1]], dtype=np.float32)
    assert inside_polygon(corner, places).tolist() == [True, True, False, True, False, False]


def test_maps_are_read_as_saved(tmp_path: Path) -> None:
    made = project(two_groups(), methods=("pca",))
    made.save(tmp_path / "projections.npz")
    read = read_maps(tmp_path / "projections.npz", 20, None)
    assert all((read.places[name] == places).all() for name, places in made.places.items())
    assert read.trustworthiness == pytest.approx(made.trustworthiness)
    assert (read.clusters == made.clusters).all()
    with pytest.raises(ArtifactError, match=r"\(20, 2\) instead of 21 × 2"):
        read_maps(tmp_path / "projections.npz", 21, None)
    (tmp_path / "projections.npz").write_bytes(b"no arrays")
    with pytest.raises(ArtifactError, match="is damaged"):
        read_maps(tmp_path / "projections.npz", 20, None)


@pytest.mark.artifacts
@pytest.mark.parametrize("collection", ["stamps", "photos"])
def test_bundled_maps_are_complete_and_trustworthy(engine: Engine, collection: str) -> None:
    opened = engine.on(collection).collection
    made = opened.projections
    assert set(made.places) == {f"{method}{dimensions}" for method in projection.METHODS for dimensions in projection.DIMENSIONS}
    for name, places in made.places.items():
        assert places.shape == (len(opened), int(name[-1]))
        assert made.trustworthiness[name] == pytest.approx(trustworthiness(opened.embeddings, places), abs=1e-4)
    assert made.trustworthiness["tsne2"] > 0.95
    assert made.trustworthiness["umap2"] > 0.94
