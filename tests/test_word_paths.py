"""The images on a path between two words: good matches only, and no animal beside a word for people."""

from __future__ import annotations

from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from devise_core import Engine
from devise_core.bundle.naming import EverydayName
from devise_core.bundle.person_words import ALSO, person_words, write_person_words
from devise_core.bundle.sense_counts import SenseCounts
from devise_core.bundle.wordnet import Nouns, Synset
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.datatypes import Hit, Item
from devise_core.engine import load_engine
from devise_core.search.label_evidence import PEOPLE
from devise_core.text.person_words import means_people

PERSONS = ("man", "woman", "boy", "child", "king", "nurse", "teacher", "african", "admiral", "crowd")
OTHERS = ("monkey", "gorilla", "dog", "pig", "love", "hate")
"""Animals and abstract words. With ``PERSONS`` they make 60 pairs."""


@pytest.fixture(scope="module", params=["photos", "stamps"])
def bundled(request: pytest.FixtureRequest) -> Engine:
    """Open each bundled collection."""
    return load_engine(collection=request.param)


def shows_an_animal(hit: Hit) -> bool:
    """Return whether the makers of a bundled collection put an image among the animals."""
    return hit.category.split("/")[0] == "animals"


@pytest.mark.parametrize("pair", list(product(PERSONS, OTHERS)), ids="-".join)
def test_no_word_for_people_has_an_animal_and_what_is_shown_matches_well(bundled: Engine, pair: tuple[str, str]) -> None:
    path = bundled.word_path(*pair)
    assert [step.word.word for step, _ in path][::6] == list(pair)
    for step, hit in path:
        word = step.word.word
        if hit is None:
            continue
        if word in {*PERSONS, *PEOPLE} or means_people(word):
            assert not shows_an_animal(hit), (word, hit.name)
        if word in OTHERS[:4]:
            assert shows_an_animal(hit), (word, hit.name)
        matches = bundled.matches(bundled.query(word))
        assert word in hit.labels or (matches.sure and hit.row in matches.strong().rows), (word, hit.name)


def test_words_with_a_good_picture_have_it(bundled: Engine) -> None:
    (_, dog), *_, (_, car) = bundled.word_path("dog", "car")
    assert dog is not None and car is not None
    assert (dog.name, car.category.split("/")[0]) == ("dog", "vehicles")


@pytest.mark.parametrize("pair", [("fish", "bird"), ("dog", "wolf"), ("animal", "dog")])
def test_no_picture_appears_twice(bundled: Engine, pair: tuple[str, str]) -> None:
    rows = [hit.row for _, hit in bundled.word_path(*pair) if hit]
    assert len(set(rows)) == len(rows) >= 2


@pytest.mark.parametrize(("label", "shown"), [("boy", None), ("admiral", None), ("monkey", "gorilla")])
def test_an_animal_is_kept_from_people_whatever_its_label_is(label: str, shown: str | None) -> None:
    photos = load_engine(collection="photos")
    row = next(row for row, item in enumerate(photos.collection.items) if item.labels == ("gorilla",))
    features, embedding = photos.collection.vector_rows("visual")[row], photos.collection.vector_rows("semantic")[row]
    image = InMemoryImage(Item("gorilla", "", (label,)), "", b"", np.asarray(features), np.asarray(embedding))
    hit = photos.on(InMemoryCollection("mine", [image])).word_path(label, "violin", 1)[0][1]
    assert (hit and hit.id) == shown


@pytest.mark.parametrize(
    "text", ["men", "women", "two boys", "an old lady", "ladies", "bosses", "admiral", "african", "crowd", "Queen"]
)
def test_words_for_people(text: str) -> None:
    assert means_people(text)


@pytest.mark.parametrize("text", ["dog", "wolves", "monkey", "pig", "bird", "cat", "gorilla", "tiger", "fish", "violin", "ocean"])
def test_other_words_are_not_for_people(text: str) -> None:
    assert not means_people(text)


def test_words_for_people_are_those_that_mean_them_more_often_than_animals(tmp_path: Path) -> None:
    named = {1: "person", 2: "animal", 3: "people", 4: "gathering", 5: "social group", 6: "stone"}
    synsets = {offset: Synset(offset, (name,), (), False) for offset, name in named.items()}
    senses: dict[str, tuple[int, ...]] = {name: (offset,) for offset, name in named.items()}
    senses |= {"monarch": (1, 2), "pig": (2, 1), "wolf": (1, 2), "crew": (5,), "jewel": (6, 1), "rock": (6,), "old-timer": (1,)}
    counts = SenseCounts({"monarch": {1: 5}, "pig": {1: 9}}, Counter(monarch=5, pig=9), Counter(dict.fromkeys(senses, 2)), {})
    words = [word for word in person_words(Nouns(synsets, senses), counts, [EverydayName(0, "wolf", 2)]) if word not in ALSO]
    assert set(words) == {"person", "people", "gathering", "monarch", "crew", "jewel"}
    assert write_person_words(["person", "crew"], {"person": ["persons"]}, tmp_path / "words.txt") == 3
    lines = (tmp_path / "words.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["crew", "person", "persons"]
