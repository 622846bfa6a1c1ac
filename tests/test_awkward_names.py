"""File names with line breaks or control characters, and collections without read permission, do not break anything else."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from devise_core.cli import main
from devise_core.collections.folder import FolderCollection
from devise_core.collections.image_files import scan_folder
from devise_core.collections.indexing import index_folder
from devise_core.collections.vector_cache import CachedVectors, VectorCache
from devise_core.errors import one_line
from tests.fakes import ColourEncoder
from tests.sample_folders import NOBODY, picture
from tests.sample_images import png

NAMES = ("re\rturn.jpg", "new\nline.jpg", "both\r\n.jpg", "\x1b[31mred.jpg", 'quo"te,comma.jpg', "tab\t.jpg")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a collection that was made from images with such names."""
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    for name in NAMES:
        picture(tmp_path / "photos" / "sub\rfolder" / name)
    return index_folder(tmp_path / "photos", "awkward", ColourEncoder()).folder


def test_a_collection_with_such_names_opens(made: Path) -> None:
    items = FolderCollection.open(made).items
    assert len(items) == len(NAMES)
    assert {Path(item.source).name for item in items} == set(NAMES)
    assert not any(one_line(item.caption) != item.caption for item in items)


def test_a_table_of_such_names_can_be_read(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "table.csv"
    assert main(("collections", "export", "awkward", "--out", str(table), "--no-vectors")) == 0
    assert {Path(source).name for source in pd.read_csv(table)["source"]} == set(NAMES)
    assert str(made.name) in capsys.readouterr().out


def test_no_control_character_reaches_the_terminal() -> None:
    assert one_line("a\x1b[31m\r\nb\u009b é") == "a\\x1b[31m\\r\\nb\\x9b é"


def test_a_damaged_collection_is_named_and_the_others_are_listed(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made / "manifest.json").write_text("{")
    assert main(("collections", "list", "--json")) == 0
    printed = capsys.readouterr()
    assert {"photos", "stamps"} <= set(json.loads(printed.out)["collections"])
    assert "semblance: awkward cannot be opened. " in printed.err


def test_a_folder_that_may_not_be_read_stops_no_other_collection() -> None:
    with tempfile.TemporaryDirectory() as folder:  # no other user may read the folders of pytest
        root = Path(folder)
        for name in ("locked", ".cache", "open"):
            (root / name).mkdir()
        (root / "open" / "manifest.json").touch()
        root.chmod(0o755)
        for name in ("locked", ".cache"):
            (root / name).chmod(0o000)
        listed, opened = as_nobody(root)
        root.chmod(0o700)
        none, problem = as_nobody(root)
        for name in ("locked", ".cache"):
            (root / name).chmod(0o755)
    assert listed == "locked open "
    assert "locked/manifest.json cannot be read (Permission denied). Check its permissions." in opened
    assert none == f" {root}: The folder cannot be read (Permission denied). Check its permissions."
    assert "There is no collection “locked” (there are: none)" in problem
    assert str(root) in problem


def as_nobody(collections: Path) -> list[str]:
    """Return two lines for a user without rights: the names found with what cannot be listed, and the error of opening one."""
    script = (
        "import os, sys; from pathlib import Path; from devise_core.collections.finding import find_collections, unlisted; "
        "from devise_core.collections.opening import open_collection; from devise_core.errors import DeviseError; "
        "from devise_core.storage.paths import ArtifactLayout; layout = ArtifactLayout(Path('nowhere'))\n"
        f"os.getuid() == 0 and (os.setgroups([]), os.setgid({NOBODY}), os.setuid({NOBODY}))\n"
        "print(' '.join(sorted(find_collections(layout.root))), unlisted())\n"
        "try: open_collection('locked', layout, '')\n"
        "except DeviseError as error: print(error)"
    )
    environment = {"SEMBLANCE_COLLECTIONS": str(collections)}
    done = subprocess.run(
        [sys.executable, "-B", "-c", script], capture_output=True, text=True, check=False, env=environment, cwd=Path.cwd()
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    return [first, second]


def test_a_note_on_a_damaged_file_is_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    picture(tmp_path / "photos/whole.jpg")
    cut = tmp_path / "photos/cut.png"
    cut.write_bytes(png("teal")[:-12])
    notes = [index_folder(tmp_path / "photos", "damaged", ColourEncoder()).notes for _ in range(2)]
    assert notes[0] == notes[1]
    assert [note.startswith(str(cut)) for note in notes[0]] == [True]


def test_a_cache_of_an_earlier_version_is_still_read(tmp_path: Path) -> None:
    row = CachedVectors(np.ones(3, np.float32), np.array([1, 0], np.float32), b"webp")
    with VectorCache(tmp_path / "a.sqlite", "model") as cache:
        cache.put({"key": row})
    database = sqlite3.connect(tmp_path / "a.sqlite")
    database.execute("ALTER TABLE vectors DROP COLUMN note")
    database.close()
    with VectorCache(tmp_path / "a.sqlite", "model") as cache:
        read = cache.get("key")
    assert read is not None
    assert (read.features.tolist(), read.embedding.tolist(), read.thumbnail, read.note) == ([1, 1, 1], [1, 0], b"webp", "")


def test_a_cache_forgets_what_was_not_used_although_as_many_others_are_kept(tmp_path: Path) -> None:
    row = CachedVectors(np.ones(3, np.float32), np.array([1, 0], np.float32), b"webp")
    with VectorCache(tmp_path / "a.sqlite", "model") as cache:
        cache.put({"deleted": row})
    with VectorCache(tmp_path / "a.sqlite", "model") as cache:
        cache.forget_others(["kept elsewhere"])
        cache.forget_others(["kept elsewhere"])
        assert cache.get("deleted") is None


def test_each_skipped_file_has_one_line_in_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    picture(tmp_path / "photos/a.png")
    (tmp_path / "photos/bad\nline.jpg").write_bytes(b"no image")
    result = index_folder(tmp_path / "photos", "names", ColourEncoder())
    (line,) = result.report.read_text("utf-8").splitlines()
    assert "bad\\nline.jpg" in line


def test_images_with_other_suffixes_are_read_by_their_content(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.tga", "c.apng", "d.backup"):
        picture(tmp_path / name)
    (tmp_path / "bmw.txt").write_text("BMW is a text that begins like a bitmap.")
    (tmp_path / "e.nef").write_bytes((tmp_path / "a.jpg").read_bytes())
    scan = scan_folder(tmp_path)
    assert [file.name for file in scan.files] == ["a.jpg", "b.tga", "c.apng", "d.backup"]
    assert scan.left_out == ["1 other file (bmw.txt)", "1 raw photo"]
