"""The list of things, animals and places, and how it is built."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from devise_core.bundle.naming import EverydayName, everyday_names
from devise_core.bundle.sense_counts import SenseCounts
from devise_core.bundle.thing_words import thing_words, write_thing_words
from devise_core.bundle.wordnet import Nouns, Synset
from devise_core.text.sensitive_words import is_sensitive
from devise_core.text.thing_words import ANIMAL, PLACE, THING, THING_WORDS, is_animal, is_place, is_thing
from devise_core.text.word_filter import load_word_filter

TOPICS = {1: 5, 2: 6, 3: 18, 4: 15, 5: 6, 6: 6, 7: 18, 8: 15, 9: 7}
"""Lexicographer files of synsets: an animal, an artifact, a person, a country, a weapon, a rifle, somebody, Chad, and a colour."""


@pytest.mark.parametrize("text", ["sheep", "wolves", "The castle", "fire truck", "mice", "tiger", "apples", "oak", "cloud"])
def test_things(text: str) -> None:
    assert is_thing(text)


@pytest.mark.parametrize(
    "text", ["nigeria", "turkey", "president", "mosque", "bombs", "gun", "love", "human", "mao", "bush", "virus", "", "a", "the"]
)
def test_other_words_are_no_things(text: str) -> None:
    assert not is_thing(text)


def test_animals_and_places() -> None:
    assert [is_animal(text) for text in ("apes", "rat", "castle", "nigeria")] == [True, True, False, False]
    assert [is_place(text) for text in ("Nigeria", "new york", "paris", "castle", "africa")] == [True, True, True, False, True]


def test_the_list_is_what_the_command_writes(tmp_path: Path) -> None:
    named = {1: "animal", 2: "tool", 3: "person", 4: "country", 5: "weapon", 9: "shade"}
    synsets = {offset: Synset(offset, (name,), (), False) for offset, name in named.items()}
    synsets |= {6: Synset(6, ("rifle",), (5,), False), 7: Synset(7, ("mill",), (3,), True), 8: Synset(8, ("chad",), (4,), True)}
    senses: dict[str, tuple[int, ...]] = {name: (offset,) for offset, name in named.items()}
    senses |= {
        "rifle": (6,),
        "hammer": (2, 7),
        "benjamin": (2, 7),
        "goose": (1, 3),
        "tiger": (3, 1),
        "chad": (2, 8),
        "teal": (9, 1),
    }
    senses |= {"female": (1,), "thug": (2,), "genus x": (1,), "3d": (2,), "very old tool": (2,), "actor": (3,)}
    counts = SenseCounts({"hammer": {1: 3}}, Counter(), Counter(), TOPICS)
    words = dict(thing_words(Nouns(synsets, senses), counts, [EverydayName(0, "tiger", 1)]))
    assert words == {"animal": ANIMAL, "tool": THING, "hammer": THING, "goose": ANIMAL, "tiger": ANIMAL, "chad": PLACE}
    assert write_thing_words(list(words.items()), {"goose": ["geese"], "chad": ["chads"]}, tmp_path / "words.txt") == 7
    written, bundled = ((tmp_path / "words.txt").read_text("utf-8"), THING_WORDS.read_text("utf-8"))
    assert "geese\ta\n" in written
    assert written.splitlines()[:2] == bundled.splitlines()[:2]


def test_the_bundled_list_has_no_hurtful_word_and_the_names_of_labels() -> None:
    lines = [line for line in THING_WORDS.read_text("utf-8").splitlines() if not line.startswith("#")]
    words = dict(line.split("\t") for line in lines)
    assert list(words) == sorted(words)
    assert set(words.values()) == {THING, ANIMAL, PLACE}
    allows = load_word_filter().allows
    assert [word for word, kind in words.items() if kind != PLACE and (is_sensitive(word) or not allows(word))] == []
    names = [name.name for name in everyday_names()]
    assert sum(map(is_thing, names)) > 0.8 * len(names)
