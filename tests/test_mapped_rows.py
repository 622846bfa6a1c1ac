"""Rows of a matrix on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devise_core.errors import ArtifactError
from devise_core.storage import mapped_rows
from devise_core.storage.mapped_rows import MappedRows
from devise_core.vectors import Floats, Rows


@pytest.fixture
def matrix() -> Floats:
    return np.random.default_rng(7).normal(size=(40, 6)).astype(np.float16).astype(np.float32)


@pytest.fixture(params=["a small file", "a large file", "large rows"])
def stored(matrix: Floats, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> MappedRows:
    if request.param == "a large file":
        monkeypatch.setattr(mapped_rows, "MAPPED_BYTES", 0)
    if request.param == "large rows":
        monkeypatch.setattr(mapped_rows, "MAPPED_ROW", 2)
    np.save(tmp_path / "rows.npy", matrix.astype(np.float16))
    return MappedRows(tmp_path / "rows.npy")


@pytest.mark.parametrize(
    "rows",
    [3, -1, slice(2, 9), slice(None), [5, 1, 5], [], [-1, 0], np.asarray([[1, 2], [3, 4]]), np.asarray([7, 39], dtype=np.int32)],
    ids=str,
)
def test_rows_are_those_of_the_matrix(matrix: Floats, stored: MappedRows, rows: Rows) -> None:
    wanted = matrix[np.asarray(rows, dtype=np.int64)] if isinstance(rows, list) else matrix[rows]
    for _ in range(2):  # the second time from the rows that are kept
        assert stored[rows].dtype == np.float32
        assert np.array_equal(stored[rows], wanted)


def test_a_file_that_was_cut_is_reported(stored: MappedRows) -> None:
    stored[[1, 2]]
    stored.path.write_bytes(stored.path.read_bytes()[:-1])
    with pytest.raises(ArtifactError, match="is shorter than it was. Make the collection again."):
        stored[[9, 39]]


@pytest.mark.parametrize("stored", ["a large file", "large rows"], indirect=True)
def test_rows_that_were_read_last_are_not_read_again(matrix: Floats, stored: MappedRows) -> None:
    first = stored[[9, 2, 30]]
    first[:] = 0  # this changes only the caller's copy
    stored.path.write_bytes(b"")
    assert np.array_equal(stored[[30, 9, 9]], matrix[[30, 9, 9]])
    with pytest.raises(ArtifactError, match="is shorter than it was. Make the collection again."):
        stored[[9, 3]]


@pytest.mark.parametrize("stored", ["a large file", "large rows"], indirect=True)
def test_many_rows_are_not_kept(stored: MappedRows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped_rows, "KEPT_BYTES", 2 * 6 * 4)
    stored[[1, 2]]
    stored[[3, 4, 5]]
    stored.path.write_bytes(b"")
    stored[[2, 1]]
    with pytest.raises(ArtifactError):
        stored[[3, 4]]


@pytest.mark.parametrize("rows", [[40], [0, -41]])
def test_rows_that_there_are_not_are_refused(stored: MappedRows, rows: list[int]) -> None:
    with pytest.raises(IndexError, match="40 rows"):
        stored[rows]


def test_numbers_with_which_products_would_not_be_finite_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.asarray([[1, 1e38], [1, -1e38], [1, 1e14]], dtype=np.float32))
    stored = MappedRows(tmp_path / "rows.npy")
    assert stored[[2]].shape == (1, 2)
    for row in (0, 1):
        with pytest.raises(ArtifactError, match=r"rows\.npy holds numbers that are (not finite|too large)"):
            stored[[row]]


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.asarray([[1, np.nan], [1, 2]], dtype=np.float16))
    stored = MappedRows(tmp_path / "rows.npy")
    assert stored[[1]].tolist() == [[1, 2]]
    with pytest.raises(ArtifactError, match="not finite"):
        stored[[0, 1]]
