"""Names of files that are not UTF-8 are printed and written in valid text."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from devise_core.cli import main
from devise_core.cli.tables import write_table
from devise_core.datasets.readers import by_folder
from devise_core.storage.manifest import Manifest
from tests.conftest import BUNDLED
from tests.json_output import read_output

pytestmark = pytest.mark.usefixtures("models_load_once")
IMAGES = BUNDLED / "collections/photos/images"
SHOWN = "caf\N{REPLACEMENT CHARACTER}.jpg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two images, whose names differ only in a byte that is not UTF-8."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for image, name in (("cat.webp", b"caf\xe9.jpg"), ("dog.webp", b"caf\xff.jpg")):
        try:
            shutil.copy(os.fsencode(IMAGES / image), os.fsencode(folder) + b"/" + name)
        except (OSError, UnicodeDecodeError):
            pytest.skip("This file system has only names in UTF-8.")
    return folder


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize(("command", "rows"), [(("label", "-k", "1"), 2), (("embed",), 2)], ids=["label", "embed"])
def test_a_table_has_a_name_that_is_not_utf8(
    command: tuple[str, ...], rows: int, suffix: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / f"table.{suffix}"
    assert main((*command, str(folder), "--out", str(table))) == 0
    assert capsys.readouterr().out.startswith(f"{table}: ")
    read = pd.read_csv(table) if suffix == "csv" else pd.read_parquet(table)
    assert list(read["picture"]) == [str(folder / SHOWN)] * rows


@pytest.mark.parametrize("command", ["label", "embed"])
def test_json_has_a_name_that_is_not_utf8(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/bad\xe9.jpg")).write_bytes(b"damaged")
    assert main((command, str(folder), "--json")) == 0
    content = read_output(capsys.readouterr().out)
    assert [each["picture"] for each in content.get("pictures", content.get("vectors"))] == [str(folder / SHOWN)] * 2
    assert content["skipped"][0].startswith(str(folder / "bad\N{REPLACEMENT CHARACTER}.jpg: "))


def test_each_image_keeps_its_names_though_both_are_shown_alike(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("label", str(folder), "-k", "1")) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[0] for line in lines] == [str(folder / SHOWN)] * 2
    assert [line.partition(": ")[2].split()[0] for line in lines] == ["cat", "dog"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_json_is_valid_in_any_encoding(encoding: str) -> None:
    script = "from devise_core.cli.main import _print_any_text as any_text; from devise_core.cli.output import print_json; "
    script += "any_text(); print_json({'name': 'caf\\u00e9 \\u732b \\U0001f408 \\udce9'})"
    variables = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=variables)
    assert json.loads(done.stdout.decode(encoding)) == {"name": "café 猫 🐈 \N{REPLACEMENT CHARACTER}"}


@pytest.mark.parametrize("half", ["\ud800", "\udce9", "\udfff"])
def test_no_half_of_a_pair_reaches_a_file(half: str, tmp_path: Path) -> None:
    write_table(tmp_path / "table.csv", {"name": [f"a{half}"], "number": [1]})
    assert (tmp_path / "table.csv").read_text("utf-8") == "name,number\na\N{REPLACEMENT CHARACTER},1\n"
    manifest = Manifest(tmp_path, {}, {"data": f"a{half}"})
    manifest.write()
    assert Manifest.read(tmp_path).about == {"data": "a\N{REPLACEMENT CHARACTER}"}


def test_a_class_whose_folder_is_not_utf8_has_a_label_in_valid_text(folder: Path) -> None:
    folder.rename(os.fsdecode(os.fsencode(folder) + b"\xe9"))
    assert {image.label for image in by_folder(folder.parent)} == {"pictures\N{REPLACEMENT CHARACTER}"}
