"""A damaged file of captions is named where captions are searched, and every other search goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from devise_core import Engine
from devise_core.cli import main
from devise_core.collections.folder import FolderCollection
from devise_core.errors import ArtifactError
from tests.app_testing import app, page_text
from tests.large_collections import EMBEDDINGS
from ui.home.answer import answer
from ui.query.evidence import absence_sentence

SAID = "captions.sqlite is damaged (DatabaseError). Make the collection again."


@pytest.fixture
def damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index of captions of every collection is damaged."""

    def refuse(_: FolderCollection) -> None:
        raise ArtifactError(SAID)

    monkeypatch.setattr(FolderCollection, "captions", property(refuse))


def test_a_large_collection_opens_its_index_when_captions_are_searched(large_folder: Path) -> None:
    (large_folder / "captions.sqlite").write_bytes(b"damaged")
    collection = FolderCollection.open(large_folder)
    collection.verify()
    assert collection.embedding_index.search(EMBEDDINGS[0], 3)[0][0] == 0
    assert collection.facets("label", 5)
    with pytest.raises(ArtifactError, match=r"captions\.sqlite"):
        _ = collection.captions


@pytest.mark.parametrize("query", ["violin", "violin -cello", "wine"])
def test_the_command_searches_and_names_the_file(query: str, damaged: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", query, "--collection", "photos", "-k", "2"]) == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 2
    assert printed.err.count(f"semblance: The labels and captions were not searched, because {SAID}\n") == 1


def test_the_command_says_so_of_an_unknown_word_too(damaged: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "qwzxyk", "--collection", "photos"]) != 0
    printed = capsys.readouterr().err
    assert "is unknown" in printed
    assert SAID in printed


def test_the_library_searches_by_everything_else(engine: Engine, damaged: None) -> None:
    photos = engine.on("photos")
    assert len(photos.search_text("castle", k=3)) == len(photos.search_text("multimeter", k=3)) == 3
    assert photos.word_path("dog", "cello", steps=3)[0][1] is not None
    assert photos.suggest("viol")
    with pytest.raises(ArtifactError, match=r"captions\.sqlite"):
        photos.found_by_caption("violin")


def test_the_pages_show_their_results(engine: Engine, damaged: None) -> None:
    photos = engine.on("photos")
    assert absence_sentence(photos, photos.query("dinosaur"), "dinosaur") == "No picture here clearly shows “dinosaur”."
    shown = answer(photos, photos.query("violin"))
    assert (bool(shown["tiles"]), shown["captioned"]) == (True, [])
    page = app("text_search", q="violin", collection="photos")
    assert [error.value.replace("\\", "") for error in page.error] == [SAID]
    assert "clearly shows “violin”" in page_text(page)
