"""The app over a custom model, which comes without the bundled collections."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from devise_core.storage.manifest import Manifest
from tests.app_testing import PAGES, app, page_text, tile_names
from tests.conftest import BUNDLED

EMPTY = "This model has no collection yet"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled model without its collections."""
    folder = tmp_path_factory.mktemp("custom") / "model"
    shutil.copytree(BUNDLED, folder, ignore=shutil.ignore_patterns("collections"), copy_function=os.link)
    return folder


@pytest.fixture
def collections(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Serve the model, with a folder for collections that contains only one, which another model made."""
    monkeypatch.setenv("SEMBLANCE_ARTIFACTS", str(model))
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path))
    shutil.copytree(BUNDLED / "collections/stamps", tmp_path / "another", ignore=shutil.ignore_patterns("images"))
    manifest = Manifest.read(tmp_path / "another")
    manifest.about["model"] = "another model"
    manifest.write()
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_page_works_without_a_collection(collections: Path, page: str) -> None:
    test = app(page)
    assert not test.error, page_text(test)
    searches = page in ("home", "text_search", "explorer", "words")
    assert page_text(test).replace("\\", "").count(EMPTY) == searches


@pytest.mark.parametrize("page", PAGES)
def test_page_shows_the_only_collection(collections: Path, page: str) -> None:
    shutil.copytree(BUNDLED / "collections/photos", collections / "mine")
    test = app(page)
    assert not test.error
    assert EMPTY not in page_text(test)
    if page in ("home", "text_search", "image_search"):
        assert tile_names(test)


def test_tour_is_offered_only_with_its_collection(collections: Path) -> None:
    shutil.copytree(BUNDLED / "collections/photos", collections / "mine")
    assert not any("tour" in link.proto.label for link in app().get("page_link"))
    step = app("text_search", tour="1", q="feline")
    assert not step.error
    assert tile_names(step)
