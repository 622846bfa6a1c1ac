"""Help, examples, completion, and what the commands print for programs."""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devise_core import Engine
from devise_core.cli import main
from devise_core.cli.completion import SHELLS
from devise_core.cli.examples import EXAMPLES
from devise_core.cli.main import parser
from tests.conftest import BUNDLED
from tests.json_output import read_output, validator

pytestmark = pytest.mark.usefixtures("models_load_once")
IMAGES = BUNDLED / "collections/photos/images"
CAT, DOG = str(IMAGES / "cat.webp"), str(IMAGES / "dog.webp")


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's collections, with one called holidays."""
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    shutil.copytree(BUNDLED / "collections/stamps", tmp_path / "collections/holidays")
    return tmp_path / "collections"


def commands(top: argparse.ArgumentParser, before: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command and action with its parser."""
    groups: Any = top._subparsers._group_actions if top._subparsers else ()
    for group in groups:
        for name, command in group.choices.items():
            yield before + name, command
            yield from commands(command, f"{before}{name} ")


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def test_every_help_has_an_example_that_is_valid() -> None:
    top = parser("semblance")
    every = dict(commands(top))
    assert set(every) == set(EXAMPLES)
    for name, command in every.items():
        help_text = command.format_help()
        for line in EXAMPLES[name]:
            assert f"  {line}\n" in help_text
            words = (
                line.partition(" > ")[0]
                .rpartition(" | ")[2]
                .replace('"castle by the water"', "castle")
                .replace('"a red car"', "car")
                .split()
            )
            assert top.parse_args(words[1:]).run
    assert "exit status:" in top.format_help()


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_is_a_valid_script_with_every_command(shell: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    script = output(capsys, "completion", shell)
    assert all(name in script for name, _ in commands(parser()) if " " not in name)
    if shutil.which(shell):
        (tmp_path / "script").write_text(script)
        subprocess.run([shell, "-n", str(tmp_path / "script")], check=True)


def test_every_command_with_json_is_in_the_schema() -> None:
    described = {
        each["properties"]["command"]["const"]
        for each in validator().schema["$defs"].values()
        if "command" in each.get("properties", {})
    }
    printing = {name for name, command in commands(parser()) if "--json" in command._option_string_actions}
    assert printing - {"collections list"} == described


@pytest.mark.parametrize(
    "arguments",
    [
        ("search", "violin", "xyzzyq", "-k", "2"),
        ("search", "sea", "--like", CAT, "-k", "2"),
        ("search", "sea", "--captions", "--collection", "photos"),
        ("search", "sea", "--captions", "--category", "animals", "--collection", "photos"),
        ("similar", CAT, "-k", "2", "--by", "visual"),
        ("label", CAT, "-k", "2"),
        ("label", CAT, DOG, "-k", "2", "--words", "cat,dog"),
        ("embed", CAT, DOG),
        ("embed", "--text", "a dog"),
        ("words", "violin", "-k", "2"),
        ("collections",),
        ("collections", "list"),
        ("collections", "show", "stamps"),
    ],
    ids=" ".join,
)
def test_json_is_as_the_schema_says(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert read_output(output(capsys, *arguments, "--json"))["command"].split()[0] == arguments[0]


def test_labels_of_a_folder_are_written_to_a_table(engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "=pictures"  # a spreadsheet would run the cells as formulas
    folder.mkdir()
    for image in (CAT, DOG):
        shutil.copy(image, folder)
    (folder / "broken.jpg").write_bytes(b"broken")
    table = tmp_path / "names.csv"
    content = read_output(output(capsys, "label", str(folder), "-k", "2", "--out", str(table), "--json"))
    assert [each["hits"][0]["word"] for each in content["pictures"]] == ["cat", "dog"]
    assert [reason.startswith(str(folder / "broken.jpg")) for reason in content["skipped"]] == [True]
    rows = list(csv.DictReader(table.open()))
    assert [(Path(row["picture"]).stem, row["rank"], row["word"]) for row in rows if row["rank"] == "1"] == [
        ("cat", "1", "cat"),
        ("dog", "1", "dog"),
    ]
    assert float(rows[0]["cosine"]) == engine.label_image(CAT, 1)[0].cosine.__round__(6)
    plain = output(capsys, "label", str(folder), "-k", "2")
    assert [line.split(": ")[1].split()[0] for line in plain.splitlines()] == ["cat", "dog"]


def test_each_image_of_many_batches_keeps_its_own_name(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devise_core.cli.image_batches.BATCH", 2)
    files = [tmp_path / f"{row}.webp" for row in range(5)]
    for row, file in enumerate(files):
        shutil.copy(CAT if row % 2 else DOG, file)
    files[2].write_bytes(b"broken")
    content = read_output(output(capsys, "label", str(tmp_path), "-k", "1", "--json"))
    assert [(Path(each["picture"]).stem, each["hits"][0]["word"]) for each in content["pictures"]] == [
        ("0", "dog"),
        ("1", "cat"),
        ("3", "cat"),
        ("4", "dog"),
    ]
    assert [reason.startswith(str(files[2])) for reason in content["skipped"]] == [True]


def test_embeddings_are_those_of_the_library(engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import pandas as pd

    expected = engine.embed_images([CAT, DOG])
    for suffix in ("csv", "parquet"):
        path = tmp_path / f"vectors.{suffix}"
        content = read_output(output(capsys, "embed", CAT, DOG, "--out", str(path), "--json"))
        assert (content["count"], content["dimension"]) == (2, 100)
        table = pd.read_csv(path) if suffix == "csv" else pd.read_parquet(path)
        assert list(table["picture"]) == [CAT, DOG]
        vectors = table.drop(columns="picture").to_numpy() if suffix == "csv" else np.stack(list(table["embedding"]))
        assert vectors == pytest.approx(expected, abs=1e-5)
    [printed] = read_output(output(capsys, "embed", "--text", "a dog"))["vectors"]
    assert printed["embedding"] == pytest.approx(engine.embed_text("a dog"), abs=1e-5)


@pytest.mark.parametrize("command", ["label", "embed"])
def test_what_a_folder_has_besides_images_is_reported(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        shutil.copy(CAT, folder)
        (folder / "clip.mov").touch()
    (first / "raw.cr2").touch()
    (first / "gone.jpg").symlink_to("nowhere.jpg")
    content = read_output(output(capsys, command, str(first), "--json"))
    assert content["left_out"] == ["1 raw photo", "1 video"]
    assert [reason.startswith(f"{first / 'gone.jpg'}: The file cannot be read") for reason in content["skipped"]] == [True]
    assert main((command, str(first), str(second), "--out", str(tmp_path / "table.csv"))) == 0
    skipped, left_out = [line for line in capsys.readouterr().err.splitlines() if line.startswith(("skipped", "left out"))]
    assert skipped.startswith(f"skipped  {first / 'gone.jpg'}: ")
    assert left_out == f"left out: 1 raw photo in {first}, 1 video in {first}, 1 video in {second}"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("embed",), "Give either images or --text"),
        (("embed", CAT, "--text", "dog"), "Give either images or --text"),
        (("label", CAT, "--out", "names.xlsx"), ".csv or .parquet. Received: names.xlsx"),
        (("embed", CAT, "--out", "no/such/folder/a.csv"), "There is no folder no/such/folder"),
        (("label", "none.jpg", "neither.jpg"), "There is no file none.jpg"),
        (("collections", "show", "none"), "no collection “none”"),
        (("collections", "rename", "stamps", "others"), "comes with the model"),
        (("collections", "rename", "holidays", "stamps"), "already a collection “stamps”"),
        (("collections", "rename", "holidays", "a/b"), "A collection's name has"),
        (("collections", "remove", "stamps", "--yes"), "comes with the model"),
        (("collections", "remove", "holidays"), "Add --yes"),
        (("collections", "export", "stamps", "--out", "a.txt"), ".csv or .parquet"),
    ],
)
def test_errors_say_what_to_do(arguments: tuple[str, ...], says: str, mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 1
    assert says in capsys.readouterr().err
    assert (mine / "holidays/manifest.json").is_file()


def test_a_collection_is_renamed_exported_and_removed(mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import pandas as pd

    cache = mine / ".cache"
    cache.mkdir()
    for name in ("holidays.sqlite", "holidays.files", "holidays2.sqlite"):
        (cache / name).write_bytes(b"thumbnails")
    (cache / "holidays.shards").mkdir()
    assert read_output(output(capsys, "collections", "rename", "holidays", "italy", "--json"))["folder"] == str(mine / "italy")
    assert {path.name for path in cache.iterdir()} == {"italy.sqlite", "italy.files", "italy.shards", "holidays2.sqlite"}
    hits = read_output(output(capsys, "search", "violin", "-k", "1", "--collection", "italy", "--json"))["hits"]
    assert hits[0]["id"] == "violin"
    path = tmp_path / "items.parquet"
    assert read_output(output(capsys, "collections", "export", "italy", "--out", str(path), "--json"))["images"] == 384
    exported = pd.read_parquet(path)
    row = exported[exported["id"] == "violin"].iloc[0]
    assert (Path(row["file"]).is_file(), row["labels"].split("|")[0], len(row["embedding"])) == (True, "violin", 100)
    output(capsys, "collections", "export", "italy", "--out", str(tmp_path / "items.csv"), "--no-vectors")
    assert len(pd.read_csv(tmp_path / "items.csv").columns) == 10
    made = ("--out", str(tmp_path / "made"), "--layout", "projector")
    assert read_output(output(capsys, "collections", "export", "italy", *made, "--json"))["images"] == 384
    assert (tmp_path / "made/sprite.png").is_file()
    assert main(("collections", "export", "italy", *made)) == 1
    assert "has files already" in capsys.readouterr().err
    assert read_output(output(capsys, "collections", "remove", "italy", "--yes", "--json"))["name"] == "italy"
    assert [path.relative_to(mine).as_posix() for path in mine.rglob("*")] == [".cache", ".cache/holidays2.sqlite"]
    assert "italy" not in json.loads(output(capsys, "collections", "--json"))["collections"]
