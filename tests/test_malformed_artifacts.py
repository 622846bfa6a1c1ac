"""Malformed files of a collection from a stranger are refused with an ``ArtifactError``, and nothing else is affected."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.file_mutations import MUTATIONS, objects
from benchmarks.large_copies import ADDED, FIRST, as_large
from benchmarks.mutations import copy_of, mutate, outcome, use, with_forests
from devise_core.collections.items_file import read_items
from devise_core.engine import Engine, load_engine
from devise_core.errors import ArtifactError, DeviseError
from devise_core.search.annoy_index import AnnoyIndex
from devise_core.storage.artifact_reader import read_array, read_arrays, read_json, read_text
from devise_core.storage.manifest import NAME, Manifest
from devise_core.vectors import Floats
from tests.fakes import unit_rows

FILES = (
    NAME,
    "items.csv",
    "embeddings.npy",
    "features.npy",
    "score_vectors.npy",
    "projections.npz",
    "embeddings.ann",
    "features.ann",
)
LARGE_FILES = (
    "items.sqlite",
    "captions.sqlite",
    "embeddings.npy",
    "features.npy",
    "score_vectors.npy",
    "partitions.npy",
    "embeddings.scan",
    "score_vectors.scan",
    "looks.scan",
    "looks.axes.npy",
    "levels.npz",
    "projections.npz",
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine(collection="photos")


@pytest.fixture(scope="module")
def source(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a bundled collection that searches with Annoy."""
    return with_forests(engine.collections()["photos"], tmp_path_factory.mktemp("source") / "photos")


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FILES), st.sampled_from(sorted(MUTATIONS)), st.integers(0, 1 << 32))
def test_no_mutation_of_any_file_raises_a_raw_error(
    engine: Engine, source: Path, tmp_path_factory: pytest.TempPathFactory, name: str, mutation: str, seed: int
) -> None:
    folder = copy_of(source, tmp_path_factory.mktemp("mutated") / "copy")
    mutate(folder, name, mutation, random.Random(seed))
    assert outcome(partial(use, engine), folder) in {"works", "refused"}


@pytest.fixture(scope="module")
def large(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A part of a bundled collection in the form of a large one, with a segment."""
    return as_large(engine, engine.collections()["photos"], tmp_path_factory.mktemp("source") / "large")


def test_all_files_of_a_large_collection_are_mutated(engine: Engine, large: Path) -> None:
    use(engine, large)
    names = {name.rpartition("/")[2] for name in Manifest.read(large).files}
    assert names == set(LARGE_FILES)
    assert len(engine.on(large).collection) == FIRST + ADDED


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(LARGE_FILES), st.booleans(), st.sampled_from(sorted(MUTATIONS)), st.integers(0, 1 << 32))
def test_no_mutation_of_a_large_collection_raises_a_raw_error(
    engine: Engine, large: Path, tmp_path_factory: pytest.TempPathFactory, name: str, added: bool, mutation: str, seed: int
) -> None:
    folder = copy_of(large, tmp_path_factory.mktemp("mutated") / "copy")
    [segment] = [each["name"] for each in Manifest.read(large).about["segments"]]
    within = f"segments/{segment}/{name}"
    mutate(folder, within if added and (folder / within).is_file() else name, mutation, random.Random(seed))
    assert outcome(partial(use, engine), folder) in {"works", "refused"}


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(("items.sqlite", "captions.sqlite")), st.integers(0, 1 << 32))
def test_no_statement_on_the_tables_of_a_large_collection_raises_a_raw_error(
    engine: Engine, large: Path, tmp_path_factory: pytest.TempPathFactory, name: str, seed: int
) -> None:
    folder = copy_of(large, tmp_path_factory.mktemp("mutated") / "copy")
    mutate(folder, name, "sql", random.Random(seed))
    assert outcome(partial(use, engine), folder) in {"works", "refused"}


def test_the_unchanged_copy_works(engine: Engine, source: Path) -> None:
    use(engine, source)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), Path.mkdir], ids=["pipe", "device", "folder"]
)
def test_what_is_no_regular_file_is_refused_at_once(
    engine: Engine, source: Path, tmp_path: Path, name: str, make: Callable[[Path], None]
) -> None:
    folder = copy_of(source, tmp_path / "copy")
    (folder / name).unlink()
    make(folder / name)
    with pytest.raises(ArtifactError, match=name):
        use(engine, folder)


@pytest.mark.parametrize("file", ["../../../etc/passwd", "/etc/passwd", "images/../../secret.txt", "C:\\secret.txt", ""])
def test_an_image_outside_its_folder_is_refused(file: str, tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(f"id,file\nmouse,{file}\n", "utf-8")
    with pytest.raises(ArtifactError, match="a file outside the folder"):
        read_items(path)


def test_an_image_that_is_a_link_out_of_the_folder_is_refused(engine: Engine, source: Path, tmp_path: Path) -> None:
    folder = copy_of(source, tmp_path / "copy")
    opened = engine.on(folder)
    picture = opened.collection.picture(3)
    assert isinstance(picture, Path)
    picture.unlink()
    picture.symlink_to("/etc/passwd")
    with pytest.raises(DeviseError, match="is a link out of the collection"):
        opened.collection.picture(3)


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": Infinity}', "[" * 100_000, "\ufeff{}", '"' + "x" * 10])
def test_malformed_json_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ArtifactError, match="file.json is damaged"):
        read_json(path)


def test_a_text_that_is_not_utf8_or_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(b"caf\xe9")
    with pytest.raises(ArtifactError, match="is damaged .UnicodeDecodeError."):
        read_text(path)
    with pytest.raises(ArtifactError, match="has 4 bytes, and at most 3 are read"):
        read_text(path, most=3)


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.array([[1.0, np.nan]]), "not finite"),
        (np.array([[1.0, -1e38]], dtype=np.float32), "too large"),
        (np.ones((2, 3)), "has the shape"),
        (np.array([[1, 2]]), "holds int64"),
        (np.array([[1j, 2]]), "holds complex128"),
    ],
)
def test_an_array_of_another_kind_is_refused(array: Floats, says: str, tmp_path: Path) -> None:
    np.save(path := tmp_path / "array.npy", array)
    with pytest.raises(ArtifactError, match=says):
        read_array(path, np.floating, (None, 2))


def test_an_array_of_objects_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "objects.npy"
    path.write_bytes(objects(3))
    with pytest.raises(ArtifactError, match="objects.npy is damaged"):
        read_array(path, np.floating, (None,))


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    np.savez_compressed(path := tmp_path / "maps.npz", places=np.zeros(10_000))
    with pytest.raises(ArtifactError, match="unpacks to"):
        read_arrays(path, most=1_000)


def _damage_children(nodes: np.ndarray) -> None:
    nodes[-1, 1] = len(nodes) + 5


def _make_loop(nodes: np.ndarray) -> None:
    nodes[-1, 1:3] = len(nodes) - 1


def _make_negative(nodes: np.ndarray) -> None:
    nodes[-1, 1] = -7


def _clear_items(nodes: np.ndarray) -> None:
    nodes[:400, 3:] = 0


def _clear(nodes: np.ndarray) -> None:
    nodes[:] = 0


@pytest.mark.parametrize("damage", [_damage_children, _make_loop, _make_negative, _clear_items, _clear])
def test_a_damaged_forest_is_refused(damage: Callable[[np.ndarray], None], tmp_path: Path) -> None:
    vectors, path = unit_rows(400, 12), tmp_path / "forest.ann"
    AnnoyIndex.build(vectors, path)
    AnnoyIndex.open(vectors, path)
    nodes = np.fromfile(path, dtype=np.int32).reshape(-1, 3 + 12)
    damage(nodes)
    nodes.tofile(path)
    with pytest.raises(ArtifactError, match="forest.ann is damaged"):
        AnnoyIndex.open(vectors, path)


def test_a_forest_that_was_cut_at_a_node_is_refused(tmp_path: Path) -> None:
    vectors, path = unit_rows(400, 12), tmp_path / "forest.ann"
    AnnoyIndex.build(vectors, path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 // 60 * 60])
    with pytest.raises(ArtifactError, match="forest.ann is damaged"):
        AnnoyIndex.open(vectors, path)


def test_a_manifest_with_other_facts_than_expected_is_refused(engine: Engine, source: Path, tmp_path: Path) -> None:
    changes: list[dict[str, Any]] = [{"index": [1]}, {"evidence": {"present": "x"}}, {"evidence": []}, {"parts": {}}]
    for number, facts in enumerate(changes):
        folder = copy_of(source, tmp_path / f"{number}")
        manifest = Manifest.read(folder)
        manifest.about |= facts
        (folder / NAME).unlink()
        manifest.write()
        assert json.loads((folder / NAME).read_text())["about"] == manifest.about
        with pytest.raises(ArtifactError, match="manifest.json is damaged"):
            engine.on(folder)
