"""Folders as people have them, with system folders, unreadable parts, and odd names and suffixes.

All images that can be read are found, and the rest is reported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from devise_core.collections.folder import FolderCollection
from devise_core.collections.image_files import describe, scan_folder
from devise_core.collections.indexing import index_folder
from devise_core.errors import CollectionError
from tests.fakes import ColourEncoder
from tests.sample_folders import NOBODY, picture
from tests.sample_images import png


def names(folder: Path, include_system: bool = False) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in scan_folder(folder, include_system).files]


@pytest.mark.parametrize(
    "folder",
    [
        "@eaDir/a.jpg",
        "#recycle",
        "$RECYCLE.BIN/S-1",
        "lost+found",
        ".thumbnails/large",
        "__MACOSX/trip",
        "Photos.photoslibrary/resources/derivatives/1",
        "Catalog Previews.lrdata/A",
        "System Volume Information",
    ],
)
def test_system_folders_are_left_out_unless_asked_for(folder: str, tmp_path: Path) -> None:
    picture(tmp_path / "trip/a.jpg")
    picture(tmp_path / folder / "b.jpg")
    picture(tmp_path / "trip/._a.jpg")
    assert names(tmp_path) == ["trip/a.jpg"]
    hidden = folder.startswith(".")
    assert len(names(tmp_path, include_system=True)) == (1 if hidden else 2)
    assert ("1 system folder" in scan_folder(tmp_path).left_out) is not hidden


def test_the_report_names_each_folder_that_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    folder = tmp_path / "photos"
    for name in ("trip/a.jpg", "trip/@eaDir/b.jpg", "#recycle/c.jpg", ".thumbnails/d.jpg", "Photos.photoslibrary/resources/e.jpg"):
        picture(folder / name)
    (folder / "elsewhere").symlink_to(tmp_path, target_is_directory=True)
    result = index_folder(folder, "trip", ColourEncoder())
    system = "A system folder is left out. Add --include-system to index it too."
    assert sorted(result.report.read_text("utf-8").splitlines()) == [
        f"{folder / '#recycle'}: {system}",
        f"{folder / 'Photos.photoslibrary/resources'}: {system}",
        f"{folder / 'elsewhere'}: A link to a folder is not followed. To index its images, index the folder itself.",
        f"{folder / 'trip/@eaDir'}: {system}",
    ]
    assert result.left_out == ["1 linked folder", "3 system folders"]
    all_of_it = index_folder(folder, "trip", ColourEncoder(), include_system=True)
    assert (all_of_it.count, len(all_of_it.left_out_folders)) == (4, 1)


def test_originals_in_a_photo_library_are_found(tmp_path: Path) -> None:
    picture(tmp_path / "Photos.photoslibrary/originals/1/a.jpg")
    picture(tmp_path / "resources/b.jpg")  # an ordinary folder, outside a photo library
    assert names(tmp_path) == ["Photos.photoslibrary/originals/1/a.jpg", "resources/b.jpg"]


@pytest.mark.parametrize("name", ["a.jfif", "a.JPE", "a.mpo", "a.hif", "a"])
def test_other_names_of_images_are_read(name: str, tmp_path: Path) -> None:
    picture(tmp_path / name)
    (tmp_path / "README").write_text("no image")
    assert names(tmp_path) == [name]


def test_what_is_left_out_is_counted_by_kind(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    for name in ("b.cr2", "c.NEF", "d.jxl", "e.svg", "f.pdf", "g.mp4", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "linked").symlink_to(tmp_path, target_is_directory=True)
    assert scan_folder(tmp_path).left_out == [
        "1 JPEG XL image",
        "1 document",
        "1 drawing",
        "1 linked folder",
        "1 other file (notes.txt)",
        "2 raw photos",
        "1 video",
    ]


def test_a_folder_with_other_files_only_says_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "b.cr2").touch()
    with pytest.raises(CollectionError, match="no images in .* Left out: 1 raw photo"):
        scan_folder(tmp_path)


def test_a_pipe_with_the_name_of_an_image_is_left_out(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    os.mkfifo(tmp_path / "b.jpg")
    assert names(tmp_path) == ["a.jpg"]


@pytest.mark.parametrize(("target", "remedy"), [("gone.png", "delete the link"), ("b.jpg", "lead back to themselves")])
def test_a_broken_link_has_a_remedy_that_helps(target: str, remedy: str, tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").symlink_to(target)
    [problem] = scan_folder(tmp_path).problems
    assert remedy in problem and "permissions" not in problem


def test_folders_without_permission_are_named_and_the_rest_is_read() -> None:
    with tempfile.TemporaryDirectory() as folder:  # other users cannot enter the folders of pytest
        check_permissions(Path(folder))


def check_permissions(folder: Path) -> None:
    for name in ("open", "locked", "listed"):
        picture(folder / name / "a.jpg")
    (folder / "locked").chmod(0o000)
    (folder / "listed").chmod(0o644)
    folder.chmod(0o755)
    script = (
        "import os, sys; from pathlib import Path; from devise_core.collections.image_files import scan_folder; "
        f"os.getuid() == 0 and (os.setgroups([]), os.setgid({NOBODY}), os.setuid({NOBODY})); "
        "scan = scan_folder(Path(sys.argv[1])); print(len(scan.files), *scan.problems, sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-B", "-c", script, str(folder)], capture_output=True, text=True, check=False)
    (folder / "locked").chmod(0o755)
    (folder / "listed").chmod(0o755)
    assert done.returncode == 0, done.stderr
    count, *problems = done.stdout.splitlines()
    assert count == "1"
    assert any("locked" in line and "cannot be read" in line for line in problems)
    assert any("listed" in line and "cannot be read" in line for line in problems)


def test_a_name_that_is_not_utf8_is_indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    folder = tmp_path / "photos"
    picture(folder / "ok.jpg")
    os.rename(picture(folder / "latin.jpg"), os.fsencode(folder) + b"/caf\xe9.jpg")  # noqa: PTH104  a name in bytes
    result = index_folder(folder, "latin", ColourEncoder())
    assert (result.count, result.skipped) == (2, [])
    captions = {item.caption for item in FolderCollection.open(result.folder).items}
    assert captions == {"ok", "caf\N{REPLACEMENT CHARACTER}"}
    json.dumps([item.source for item in FolderCollection.open(result.folder).items]).encode()


def test_invisible_characters_and_endless_names_are_shortened() -> None:
    turned = describe(["a\u202ebc\u200b", "\u2066\u202egpj.exe.jpg"], "m")
    assert (turned.labels, turned.caption) == (("abc",), "gpj.exe")
    assert describe(["\U0001f468\u200d\U0001f469.jpg"], "m").caption == "\U0001f468\u200d\U0001f469"
    long = describe(["x" * 60_000, "y" * 60_000 + ".jpg"], "m")
    assert (len(long.labels[0]), len(long.caption), len(long.category)) == (255, 255, 255)
    assert describe(["\u200b.jpg"], "m", "/a/\u200b.jpg").source == "/a/\u200b.jpg"


@pytest.mark.parametrize("folder", ["DCIM", "100CANON", "101APPLE", "100_PANA", "999MSDCF", "202401__"])
def test_the_folders_of_a_camera_are_no_labels(folder: str) -> None:
    item = describe(["Norway", folder, "IMG_0001.JPG"], "m")
    assert (item.labels, item.category, item.caption) == (("norway",), f"Norway/{folder}", "img 0001")


@pytest.mark.parametrize("folder", ["101_ObjectCategories", "100 CANON", "dcim", "099CANON", "2024", "100canon"])
def test_other_folders_are_labels(folder: str) -> None:
    assert describe([folder, "a.jpg"], "m").labels


def test_names_become_valid_text() -> None:
    item = describe(["a|b", "Cafe\N{COMBINING ACUTE ACCENT}", "one\ntwo.jpg"], "1")
    assert item.labels == ("caf\N{LATIN SMALL LETTER E WITH ACUTE}", "a b")
    assert item.caption == "one two"


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_any_name_can_be_printed_to_a_file(encoding: str) -> None:
    script = "import sys; from devise_core.cli.main import _print_any_text; _print_any_text(); print('\\u732b', 'caf\\udce9')"
    variables = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=variables)
    assert done.stdout.decode("ascii").strip() == "\\u732b caf\\udce9"


def test_a_command_without_standard_output_ends_without_a_traceback() -> None:
    command = f'"{sys.executable}" -m devise_core words dog -k 1 >&-'
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_png_has_no_jpeg_marks() -> None:
    from devise_core.vision.jpeg_marks import read_marks

    assert read_marks(png("red")) is None
