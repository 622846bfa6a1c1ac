"""A file of maps that others made is refused if a page could not draw it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devise_core.collections.projection import project
from devise_core.collections.stored_maps import MAX_CLUSTERS, read_maps
from devise_core.errors import ArtifactError
from tests.fakes import unit_rows

COUNT, DIMENSION = 8, 4


@pytest.fixture
def arrays(tmp_path: Path) -> dict[str, Any]:
    """The arrays of a valid file of maps."""
    project(unit_rows(COUNT, DIMENSION), methods=("pca",)).save(tmp_path / "made.npz")
    with np.load(tmp_path / "made.npz") as made:
        return dict(made)


@pytest.mark.parametrize(
    ("name", "array", "says"),
    [
        ("matrix", np.ones((DIMENSION - 1, 3), np.float32), r"has the shape \(3, 3\) instead of 4 × 3"),
        ("matrix", np.full((DIMENSION, 3), 1e38, np.float32), "too large"),
        ("offset", np.full(3, np.inf, np.float32), "not finite"),
        ("pca2_places", np.full((COUNT, 2), -1e38, np.float32), "too large"),
        ("pca3_places", np.ones((COUNT, 2), np.float32), "has the shape"),
        ("clusters", np.full((COUNT, 2), -1, np.int16), "cluster numbers that are not from 0 to 255"),
        ("clusters", np.full((COUNT, 2), MAX_CLUSTERS, np.int16), "cluster numbers that are not from 0 to 255"),
        ("clusters", np.full((COUNT, 2), 1 << 62, np.int64), "cluster numbers that are not from 0 to 255"),
        ("pca2_kept", np.float32(np.nan), "not finite"),
        ("anchors", np.empty(0, np.int64), "has an empty list"),
        ("anchors", np.array([COUNT]), "outside the 8 rows"),
    ],
)
def test_maps_that_cannot_be_drawn_are_refused(name: str, array: Any, says: str, arrays: dict[str, Any], tmp_path: Path) -> None:
    np.savez(path := tmp_path / "maps.npz", **{**arrays, name: array})
    with pytest.raises(ArtifactError, match=says):
        read_maps(path, COUNT, DIMENSION)


def test_a_file_without_a_known_map_is_refused_and_an_unknown_map_is_left_out(arrays: dict[str, Any], tmp_path: Path) -> None:
    unknown = {"other2_places": arrays.pop("pca2_places"), "tsne5_places": np.ones((COUNT, 5), np.float32)}
    np.savez(path := tmp_path / "maps.npz", **arrays, **unknown)
    assert set(read_maps(path, COUNT, DIMENSION).places) == {"pca3"}
    del arrays["pca3_places"]
    np.savez(path, **arrays, **unknown)
    with pytest.raises(ArtifactError, match="holds no map"):
        read_maps(path, COUNT, DIMENSION)
