"""Numbers whose squares are too large for a ``float32`` are refused when a file is opened."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.mutations import copy_of
from devise_core import Engine
from devise_core.collections.folder import FolderCollection
from devise_core.errors import ArtifactError
from devise_core.storage.artifact_reader import read_array
from devise_core.storage.manifest import NAME, Manifest
from devise_core.storage.mapped_rows import MappedRows
from devise_core.vectors import LARGEST, fault_of

USES: dict[str, Callable[[Engine], object]] = {
    "embeddings.npy": lambda engine: engine.search_text("cat"),
    "features.npy": lambda engine: engine.collection.vector_rows("visual"),
    "score_vectors.npy": lambda engine: engine.search_text("cat"),
    "projections.npz": lambda engine: engine.collection.projections,
}
"""What reads each matrix of a collection."""


def with_number(path: Path, number: float) -> None:
    """Write a number into an ``.npy`` file, or into all matrices of an ``.npz`` file."""

    def changed(array: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        result = array.astype(np.float32)
        result.flat[0] = number
        return result

    stored = np.load(path)
    path.unlink()  # the copy shares its files with the collection
    if isinstance(stored, np.ndarray):
        np.save(path, changed(stored))
        return
    with stored:
        matrices: dict[str, Any] = {name: changed(each) if each.dtype.kind == "f" else each for name, each in stored.items()}
    np.savez(path, **matrices)


def recorded_again(folder: Path, name: str) -> None:
    """Record the new content of a file in the manifest, as somebody who damages it on purpose would."""
    manifest = Manifest.read(folder)
    entry, content = manifest.files[name], (folder / name).read_bytes()
    manifest.files[name] = replace(entry, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    (folder / NAME).unlink()
    manifest.write()


@pytest.mark.parametrize("name", USES)
@pytest.mark.parametrize(("number", "says"), [(1e19, "too large"), (-3e38, "too large"), (np.inf, "not finite")])
def test_each_matrix_of_a_collection_is_refused_in_a_sentence(
    engine: Engine, tmp_path: Path, name: str, number: float, says: str
) -> None:
    folder = copy_of(engine.collections()["photos"], tmp_path / "copy")
    with_number(folder / name, number)
    recorded_again(folder, name)
    with pytest.raises(ArtifactError, match=rf"{name}.? holds numbers that are {says}\. [^.]*\.$"):
        USES[name](engine.on(FolderCollection.open(folder)))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_matrix_may_have_numbers_up_to_the_largest(kind: type[np.floating], tmp_path: Path) -> None:
    for sign in (1, -1):
        np.save(path := tmp_path / "rows.npy", np.array([[1, sign * 2 * LARGEST], [3, sign * LARGEST / 2]], kind))
        with pytest.raises(ArtifactError, match=r"rows\.npy holds numbers that are too large"):
            read_array(path, np.floating, (2, 2))
        if kind is np.float32:
            rows = MappedRows(path)
            assert rows[[1]].tolist() == [[3, np.float32(sign * LARGEST / 2)]]
            with pytest.raises(ArtifactError, match=r"rows\.npy holds numbers that are too large"):
                rows[0]


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_no_other_number_is_at_fault(kind: type[np.floating]) -> None:
    largest = min(LARGEST / 2, float(np.finfo(kind).max))
    assert fault_of(np.array([[-largest, 0], [largest, 1]], kind)) == fault_of(np.empty((0, 3), kind)) == ""
    for number in (np.inf, -np.inf, np.nan):
        assert fault_of(np.array([1, number], kind)) == "that are not finite"
