"""Files of a model folder that are damaged or malicious are refused with a ``DeviseError``, never with a raw error."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.file_mutations import MUTATIONS
from benchmarks.model_mutations import use_model
from benchmarks.mutations import copy_of, mutate, outcome
from devise_core.errors import ArtifactError
from devise_core.storage.manifest import NAME, Manifest, sha256_of
from devise_core.storage.paths import BUNDLED_ARTIFACTS

FILES = sorted(
    {NAME, *(name for name in Manifest.read(BUNDLED_ARTIFACTS).files if (BUNDLED_ARTIFACTS / name).is_file())} - {"model.keras"}
)


@pytest.fixture
def model(tmp_path: Path) -> Iterator[Path]:
    yield copy_of(BUNDLED_ARTIFACTS, tmp_path / "model")


def rewrite(folder: Path, name: str, data: bytes) -> None:
    """Replace a file of a model, and record its new digest in the manifest, as an attacker would."""
    path, manifest = folder / name, Manifest.read(folder)
    path.unlink()
    path.write_bytes(data)
    manifest.files[name] = replace(manifest.files[name], sha256=sha256_of(path), bytes=len(data))
    (folder / NAME).unlink()
    manifest.write()


def test_the_unchanged_copy_works(model: Path) -> None:
    use_model(model)


@pytest.mark.parametrize("name", ["common_directions.npy", "noun_vectors.npy", "word_vectors.npy"])
@pytest.mark.parametrize("value", [0, 100])
def test_vectors_without_meaning_are_refused(model: Path, name: str, value: int) -> None:
    rows = np.load(model / name)
    np.save(model.parent / "changed.npy", np.full_like(rows, value))
    rewrite(model, name, (model.parent / "changed.npy").read_bytes())
    if value and name != "common_directions.npy":
        assert outcome(use_model, model) in {"works", "refused"}
    else:
        with pytest.raises(ArtifactError, match="damaged.*Restore"):
            use_model(model)


@pytest.mark.parametrize("name", ["words.txt", "nouns.txt", "naming.tsv", "labels.csv", "senses.csv"])
def test_a_file_that_does_not_belong_to_another_is_named(model: Path, name: str) -> None:
    rewrite(model, name, (model / name).read_bytes().split(b"\n", 1)[0] + b"\n")
    with pytest.raises(ArtifactError, match=r"\w+\.(txt|tsv|csv|npy).*Restore"):
        use_model(model)


@pytest.mark.parametrize("name", ["noun_vectors.npy", "naming_vectors.npy", "sense_vectors.npy", "word_vectors.npy"])
@pytest.mark.parametrize("change", [lambda rows: rows[:, :50], np.zeros_like], ids=["half the columns", "zeros"])
def test_vectors_that_do_not_fit_are_named(model: Path, name: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    np.save(model.parent / "changed.npy", change(np.load(model / name)))
    rewrite(model, name, (model.parent / "changed.npy").read_bytes())
    with pytest.raises(ArtifactError, match=rf"{name}.*Restore"):
        use_model(model)


def test_words_that_are_not_utf8_are_no_raw_error(model: Path) -> None:
    rewrite(model, "words.txt", (model / "words.txt").read_bytes().replace(b"dogs", b"d\xffgs"))
    assert outcome(use_model, model) in {"works", "refused"}


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FILES), st.sampled_from(sorted(MUTATIONS)), st.integers(0, 1 << 32))
def test_no_mutation_of_any_file_raises_a_raw_error(
    tmp_path_factory: pytest.TempPathFactory, name: str, mutation: str, seed: int
) -> None:
    folder = copy_of(BUNDLED_ARTIFACTS, tmp_path_factory.mktemp("mutated") / "copy")
    mutate(folder, name, mutation, random.Random(seed))
    assert outcome(use_model, folder) in {"works", "refused"}
