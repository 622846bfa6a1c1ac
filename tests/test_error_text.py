"""Pages name a damaged file without the folders of the machine, and commands with its whole path."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.large_copies import as_large
from benchmarks.mutations import copy_of, mutate, use
from devise_core import Engine
from devise_core.cli import main
from devise_core.errors import ArtifactError, DeviseError, QueryError
from devise_core.storage.manifest import NAME, Manifest
from devise_core.storage.paths import BUNDLED_ARTIFACTS
from tests.app_testing import app
from tests.artifact_copies import artifacts  # noqa: F401  a fixture
from ui.error_text import error_message, without_folders


def faults_of(engine: Engine, source: Path, folder: Path, mutations: Sequence[str]) -> Iterator[ArtifactError]:
    """Delete or damage one file in each of several copies of a collection, and yield the errors."""
    for name in (NAME, *Manifest.read(source).files):
        for mutation in ("", *mutations):
            copy = copy_of(source, folder / f"{name.replace('/', '-')}-{mutation}")
            if mutation:
                mutate(copy, name, mutation, random.Random(len(name)))
            else:
                (copy / name).unlink()
            try:
                use(engine, copy)
            except ArtifactError as error:
                yield error
            except DeviseError:
                continue


@pytest.mark.parametrize(("large", "mutations"), [(False, ("array", "header", "cut")), (True, ("array", "sql"))])
def test_no_error_about_a_file_of_a_collection_shows_the_machine(
    large: bool, mutations: Sequence[str], engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "my collections"))
    source = engine.collections()["photos"]
    if large:
        source = as_large(engine, source, tmp_path / "source")
    kinds = set()
    for error in faults_of(engine, source, tmp_path / "my collections", mutations):
        whole, shown = str(error), error_message(error)
        assert str(tmp_path) in whole
        assert not [part for part in (tmp_path.name, "/tmp", "my collections") if part in shown], shown
        kinds.add(shown.split(". ")[0].split(" ", 1)[1][:20])
    assert len(kinds) >= 5, kinds


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (f"{BUNDLED_ARTIFACTS}/words.txt is missing. Restore it.", "words.txt is missing. Restore it."),
        (f"“labels” in {BUNDLED_ARTIFACTS}/scorer.npz holds int8.", "“labels” in scorer.npz holds int8."),
        (f"The maps of {BUNDLED_ARTIFACTS}/collections/photos differ.", "The maps of photos differ."),
        (f"{BUNDLED_ARTIFACTS}/collections/photos/items.csv is damaged.", "photos/items.csv is damaged."),
        (f"{BUNDLED_ARTIFACTS}/manifest.json is missing, so artifacts", "manifest.json is missing, so artifacts"),
        ("/home/me/other/model.keras has 3 bytes.", "model.keras has 3 bytes."),
        ("Run `semblance train DATA --out /home/me/models/one`.", "Run `semblance train DATA --out one`."),
        ("C:\\Users\\me\\model.keras has 3 bytes.", "model.keras has 3 bytes."),
        ("See https://example.org/a/b and 1/2 or a/b/c.", "See https://example.org/a/b and 1/2 or a/b/c."),
    ],
)
def test_folders_of_the_machine_are_left_out(message: str, shown: str) -> None:
    assert without_folders(message) == shown


def test_what_a_visitor_typed_is_not_changed() -> None:
    assert error_message(QueryError("“/home/me/x” is not closed.")) == "“/home/me/x” is not closed."


def test_a_page_names_the_file_and_a_command_its_path(artifacts: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    (artifacts / "word_scales.npy").unlink()
    (artifacts / "word_scales.npy").write_bytes(b"damaged")
    shown = app("text_search", q="violin").error[0].value.replace("\\", "")
    assert shown.startswith("word_scales.npy ")
    assert str(artifacts) not in shown
    with suppress(SystemExit):
        main(["search", "violin", "--artifacts", str(artifacts)])
    assert f"{artifacts}/word_scales.npy" in capsys.readouterr().err
