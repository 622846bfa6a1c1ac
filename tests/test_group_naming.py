"""Names of groups of images: words that their images show, and no others."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core import Engine
from devise_core.collections.group_naming import name_by_things, name_groups
from devise_core.datatypes import Item
from devise_core.search.shown_words import PERSON_WORD, SHOWN, ShownWords
from devise_core.vision.image_encoder import Encoded
from tests.fakes import text_space


def groups_of(*sizes: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.repeat(np.arange(len(sizes), dtype=np.int16), sizes)


def test_a_group_is_named_by_the_word_that_tells_it_apart() -> None:
    shown = [{"animal": 1.0, "bird": 1.0}] * 3 + [{"animal": 1.0, "dog": 1.0}] * 2 + [{"car": 1.0}] * 2
    assert name_groups(shown, groups_of(3, 2, 2)) == ["bird", "dog", "car"]


def test_two_words_name_a_mixed_group() -> None:
    shown = [{"hammer": 1.0}] * 3 + [{"pliers": 1.0}] * 3 + [{"cat": 1.0}] * 2
    assert name_groups(shown, groups_of(6, 2)) == ["hammer and pliers", "cat"]


def test_a_kind_and_what_it_is_a_kind_of_are_named_once() -> None:
    shown = [{"truck": 1.0, "vehicle": 1.0}] * 3 + [{"vehicle": 1.0}] * 3 + [{"cat": 1.0}] * 2
    assert name_groups(shown, groups_of(6, 2)) == ["vehicle", "cat"]
    mixed = [{"truck": 1.0, "vehicle": 1.0, "toy": 1.0}] * 3 + [{"vehicle": 1.0, "boat": 1.0}] * 4
    assert "truck and vehicle" not in name_groups([*mixed, *shown], groups_of(7, 6, 2))


def test_people_are_named_alone() -> None:
    shown = [{PERSON_WORD: 1.0}] * 3 + [{"dam": 1.0}] * 3 + [{"cat": 1.0}] * 2
    assert name_groups(shown, groups_of(6, 2)) == ["dam", "cat"]
    shown = [{PERSON_WORD: 1.0, "beach": 0.8}] * 3 + [{"dam": 1.0}] * 2 + [{"cat": 1.0}] * 2
    assert name_groups(shown, groups_of(5, 2))[0] in ("beach", "dam", "beach and dam", PERSON_WORD)


def test_a_word_that_only_one_image_shows_names_no_large_group() -> None:
    shown = [{"pizza": 1.0}, {"mailbox": 1.0}, {"hat": 1.0}, {"lamp": 1.0}, {"key": 1.0}, {"cat": 1.0}]
    assert name_groups(shown, groups_of(5, 1)) == ["", "cat"]


def test_a_doubtful_word_names_no_group() -> None:
    assert name_groups([{"lotion": SHOWN - 0.1}] * 3, groups_of(3)) == [""]


def test_names_differ() -> None:
    shown = [{"bird": 1.0, "duck": 1.0}] * 3 + [{"bird": 1.0, "hen": 1.0}] * 2 + [{"car": 1.0}] * 4
    assert len(set(name_groups(shown, groups_of(3, 2, 4)))) == 3
    assert name_groups([{"car": 1.0}] * 5, groups_of(3, 2)) == ["", ""]  # a word that all images show does not tell groups apart


def test_things_name_a_group_before_qualities_and_seasons() -> None:
    shown = [{"seasonal": 1.0, "hat": 1.0}] * 3 + [{"red": 1.0, "blue": 1.0}] * 3 + [{"summer trip": 1.0}] * 2 + [{"cat": 1.0}] * 2
    groups = groups_of(3, 3, 2, 2)
    assert "seasonal" in name_groups(shown, groups)[0] or "hat" in name_groups(shown, groups)[0]
    assert name_by_things(shown, groups) == ["hat", "", "summer trip", "cat"]


def test_a_group_with_people_is_not_named_by_an_animal() -> None:
    people = {PERSON_WORD: 0.9}
    shown = [*[{"dog": 1.0}] * 3, *[{"car": 1.0}] * 2, people, *[{"cat": 1.0}] * 10, people]
    assert name_groups(shown, groups_of(6, 11)) == ["dog and car", "cat"]
    assert name_by_things(shown, groups_of(6, 11)) == ["car", "cat"]  # one person in 11 images is too few to matter


@pytest.mark.parametrize("collection", ["photos", "stamps"])
def test_no_group_of_a_map_is_named_after_a_colour_or_a_season(collection: str, engine: Engine) -> None:
    of = engine.on(collection)
    for level in (0, 1):
        names = name_by_things(of.shown_words(), of.collection.projections.clusters[:, level])
        parts = {part for name in names for part in name.split(" and ")}
        assert not parts & {"seasonal", "household", "red", "blue", "green", "white", "aquatic", "newyears"}
        assert len({name for name in names if name}) == len([name for name in names if name]) > 8


def test_an_image_with_a_known_label_is_taken_at_its_word(engine: Engine) -> None:
    row = engine.collection.row("plants-eggplant")
    encoded = engine.encoded(row)
    words = engine.parts.shown_words
    assert "pot" in words.seen(encoded)[0]
    assert "pot" not in words.of([engine.collection.items[row]], encoded)[0]
    assert {"eggplant", "vegetable"} <= set(words.of([engine.collection.items[row]], encoded)[0])
    assert "pot" in words.of([Item("a", "a", ("summer 2019",))], encoded)[0]


def test_words_for_people_are_neutral(photos: Engine) -> None:
    written = ShownWords(nouns=text_space().nouns).written(Item("a", "a", ("girl",), "people/women", "A dog."))
    assert set(written) == {PERSON_WORD, "women", "dog"}
    orchestra = photos.encoded(photos.collection.row("orchestra"))
    assert photos.parts.shown_words.seen(orchestra)[0][PERSON_WORD] > SHOWN
    assert photos.titles(orchestra) == ["person"]


def test_titles_are_sure_names_or_kinds(photos: Engine) -> None:
    rows = [photos.collection.row(item) for item in ("butterfly", "penguin", "owl")]
    features, embeddings = photos.collection.features[rows], photos.collection.embeddings[rows]
    assert photos.titles(Encoded(np.asarray(features), embeddings)) == ["butterfly", "penguin", ""]


@pytest.mark.artifacts
@pytest.mark.parametrize("collection", ["stamps", "photos"])
def test_every_name_on_the_bundled_maps_is_shown_by_a_picture_of_its_group(engine: Engine, collection: str) -> None:
    opened = engine.on(collection)
    shown = opened.shown_words()
    for level in (0, 1):
        groups = opened.collection.projections.clusters[:, level]
        for group, name in zip(sorted(set(groups.tolist())), name_groups(shown, groups), strict=True):
            inside = [words for words, number in zip(shown, groups.tolist(), strict=True) if number == group]
            assert all(any(words.get(word, 0) >= SHOWN for words in inside) for word in name.split(" and ") if name), name
