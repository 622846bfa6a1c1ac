"""What ``index`` prints about a collection that exists already, about folders that cannot be read, and about mistakes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from devise_core.cli import main
from devise_core.collections.writer import check_name
from tests.colour_folder import unlisted
from tests.conftest import BUNDLED
from tests.json_output import read_output

pytestmark = pytest.mark.usefixtures("models_load_once")
IMAGES = BUNDLED / "collections/stamps/images"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three images."""
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("violin", "horse", "pizza"):
        shutil.copy(IMAGES / f"{name}.webp", folder)
    return folder


@pytest.fixture
def index(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``index``, and return the exit status, stdout and stderr."""

    def run(folder: Path, *options: str, name: str = "mine") -> tuple[int, str, str]:
        status = main(("index", str(folder), "--name", name, *options))
        return status, *capsys.readouterr()

    return run


def test_index_says_what_has_changed(photos: Path, index: Run) -> None:
    assert index(photos)[1].splitlines()[0] == "3 images in the collection mine"
    assert index(photos)[1].splitlines()[0] == "3 images in the collection mine (no changes)"
    shutil.copy(IMAGES / "pizza.webp", photos / "horse.webp")
    shutil.copy(IMAGES / "dog.webp", photos)
    (photos / "violin.webp").unlink()
    assert index(photos)[1].splitlines()[0] == "3 images in the collection mine (1 new, 1 changed, 1 removed)"
    (photos / "dog.webp").unlink()
    (photos / "dog.webp").symlink_to("nowhere")
    content = read_output(index(photos, "--json")[1])
    assert [content[name] for name in ("count", "new", "changed", "removed", "kept")] == [3, 0, 0, 0, 1]
    assert "3 images in the collection mine (1 kept though not readable now), 1 skipped" in index(photos)[1]


def test_a_zip_file_is_no_folder(photos: Path, index: Run) -> None:
    archive = shutil.make_archive(str(photos / "holidays"), "zip", photos)
    assert index(Path(archive))[::2] == (
        1,
        f"semblance: {archive} is a zip file. Extract it, and give the folder with its images.\n",
    )


def test_a_folder_that_cannot_be_listed_is_counted_as_a_folder(photos: Path, index: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (photos / "locked").mkdir()
    unlisted(photos / "locked", monkeypatch)
    assert index(photos)[1].splitlines()[0] == "3 images in the collection mine, 1 folder skipped"
    (photos / "broken.jpg").write_bytes(b"no picture")
    assert index(photos)[1].splitlines()[0] == "3 images in the collection mine (no changes), 1 file and 1 folder skipped"
    monkeypatch.setattr("devise_core.cli.index.MAX_LINES", 1)
    assert "The reasons for all 1 file and 1 folder are in " in index(photos)[2]


@pytest.mark.parametrize(
    ("name", "instead"),
    [("Oma's Fotos", "Omas Fotos"), ("Fotos/2024", "Fotos 2024"), (" mine", "mine"), ("x" * 70, "x" * 64), ("¡Olé!", "Olé")],
)
def test_a_name_that_is_not_allowed_is_followed_by_one_that_is(name: str, instead: str, photos: Path, index: Run) -> None:
    assert f"such as '{instead}'." in index(photos, name=name)[2]
    assert check_name(instead) == instead


@pytest.mark.parametrize("name", ["", "..", "'"])
def test_a_name_without_letters_has_no_suggestion(name: str, photos: Path, index: Run) -> None:
    assert "such as" not in index(photos, name=name)[2]
