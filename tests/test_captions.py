"""Find pictures by their labels, captions and categories, and suggest labels."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from devise_core import Engine
from devise_core.cli import main
from devise_core.collections import writer
from devise_core.collections.caption_index import CaptionIndex
from devise_core.collections.completions import LabelCompletions
from devise_core.collections.folder import FolderCollection
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError
from devise_core.storage.paths import CollectionLayout
from devise_core.text.word_filter import WordFilter
from tests.app_testing import app, caption_names
from tests.fakes import names, unit_rows
from ui.home.answer import answer
from ui.query.evidence import absence_sentence

ITEMS = [
    Item("a", "a.webp", ("dog",), "animals", "A dog in a café."),
    Item("b", "b.webp", ("hot dog", "sausage"), "food", "Lunch."),
    Item("c", "c.webp", ("cat",), "animals/cats", 'A "cat" AND a dog.'),
    Item("d", "d.webp", (), "", "Zürich: NOT a dog OR a cat*"),
]


@pytest.mark.parametrize(
    ("alternatives", "excluded", "expected"),
    [
        ([["dog"]], [], "abcd"),
        ([["dogs"]], [], "abcd"),
        ([["dog"]], ["cat"], "ab"),
        ([["cafe"]], [], "a"),
        ([["zurich"]], [], "d"),
        ([["animals"]], [], "ac"),
        ([["animals", "cafe"]], [], "a"),
        ([["sausage"], ["cafe"]], [], "ab"),
        ([[], ["sausage"]], [], "b"),
        ([[]], [], ""),
        ([["unicorn"]], [], ""),
        ([['"'], ["cat*"], ["a OR b"]], [], "cd"),
    ],
)
def test_words_are_looked_for_in_labels_captions_and_categories(
    tmp_path: Path, alternatives: list[list[str]], excluded: list[str], expected: str
) -> None:
    CaptionIndex.write(tmp_path / "captions.sqlite", ITEMS)
    for index in (CaptionIndex.of(ITEMS), CaptionIndex.open(tmp_path / "captions.sqlite")):
        assert "".join(sorted(ITEMS[row].id for row in index.search(alternatives, excluded))) == expected


def test_labels_come_before_captions() -> None:
    assert CaptionIndex.of(ITEMS).search([["dog"]], k=2) == [0, 1]


def test_a_large_collection_stores_its_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "EXACT_UP_TO", 3)
    layout = CollectionLayout(tmp_path / "large")
    layout.root.mkdir()
    writer.write_collection(layout, ITEMS, unit_rows(4, 6), unit_rows(4, 3), "m", "test")
    collection = FolderCollection.open(layout.root)
    assert collection.captions.search([["sausage"]]) == [1]
    layout.captions.write_bytes(b"damaged")
    with pytest.raises(ArtifactError, match=r"captions\.sqlite"):
        _ = FolderCollection.open(layout.root).captions


def test_a_damaged_index_is_reported(tmp_path: Path) -> None:
    (tmp_path / "captions.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(ArtifactError, match="cannot be read"):
        CaptionIndex.open(tmp_path / "captions.sqlite")


@pytest.mark.parametrize("text", ["dogs", "hund", "photo of a dog", "my dog please", "vioolin", "two violins"])
def test_a_query_is_looked_for_as_it_is_read(engine: Engine, text: str) -> None:
    thing = "violin" if "vio" in text else "dog"
    assert names(engine.found_by_caption(engine.query(text)))[0] == thing
    assert engine.found_by_caption(engine.query(f'"{thing}"'))[0].cosine > 0.3


def test_a_minus_and_an_image_are_respected(engine: Engine) -> None:
    hits = engine.found_by_caption(engine.query("bird -penguin"), 48)
    assert hits
    assert not [hit for hit in hits if "penguin" in hit.labels]
    assert engine.found_by_caption(engine.query("like:dog")) == []


def test_a_text_without_a_known_word_is_looked_for_as_it_is(engine: Engine) -> None:
    assert engine.found_by_caption("qwzxyk") == []
    assert names(engine.found_by_caption("the violin")) == ["violin"]


@pytest.mark.parametrize(
    ("query", "k", "said"),
    [
        ("wine", 1, "2 images have the words in a label, caption or category: .*wine-cellar.webp, .*couple-with-glasses.webp\n$"),
        ("egeskov", 1, "1 image has the words in a label, caption or category: .*egeskov-castle.webp\n$"),  # no known word
        (
            "buildings",
            1,
            "^semblance: 13 images have the words in a label, caption or category: ([^,]*, ){3}… Add --captions to list all of them.\n$",
        ),
        ("animals", 1, "^$"),  # a hit has it as its category, as many other images have
        ("castle", 1, "^$"),  # a hit has it as its label
        ("wine", 384, "^$"),
        ("qwzxyk", 1, "^[^\n]* is unknown[^\n]*\n$"),
    ],
)
def test_the_command_names_images_that_only_their_caption_would_find(
    query: str, k: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["search", query, "--collection", "photos", "-k", str(k)])
    assert re.search(said, capsys.readouterr().err)


def test_the_command_lists_all_images_that_a_caption_finds(capsys: pytest.CaptureFixture[str]) -> None:
    search = ["search", "--captions", "--collection", "photos", "-k", "1"]
    for query, count in (("buildings", 13), ("egeskov", 1), ("qwzxyk", 0)):
        assert main([*search, query]) == 0
        assert len(capsys.readouterr().out.splitlines()) == count
    assert main([*search, "buildings", "--not-category", "buildings"]) == 0
    assert len(capsys.readouterr().out.splitlines()) < 13
    assert main([*search, "sea", "--like", "sea.jpg"]) == 1
    assert "Leave out --like" in capsys.readouterr().err


def test_labels_are_completed_at_each_word() -> None:
    labels = LabelCompletions(ITEMS, WordFilter(["cat"]))
    assert labels.starting_with("do", 5) == ["dog", "hot dog"]
    assert labels.starting_with("ho", 5) == ["hot dog"]
    assert labels.starting_with("", 5) == ["dog", "hot dog"]


def test_a_page_does_not_deny_what_a_caption_says(engine: Engine) -> None:
    photos = engine.on("photos")
    denied = photos.query("wine")
    assert photos.matches(denied).absent
    assert "The app is not sure that any picture shows “wine”. 2 pictures have the word" in absence_sentence(photos, denied, "wine")
    assert absence_sentence(photos, photos.query("dinosaur"), "dinosaur") == "No picture here clearly shows “dinosaur”."
    assert "is not sure that any picture shows" in app("text_search", q="wine", collection="photos").info[0].value
    assert "is not sure that any picture shows" in answer(photos, denied)["status"]


def test_the_filters_apply_to_what_is_found_by_caption(photos: Engine) -> None:
    assert caption_names(app("text_search", q="flower", collection="photos"))
    assert not caption_names(app("text_search", q="flower", collection="photos", **{"in": "animals"}))
