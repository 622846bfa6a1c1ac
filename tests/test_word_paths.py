"""The words and images on a path: things only, and good matches."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product
from pathlib import Path

import pytest

from devise_core import Engine
from devise_core.bundle.naming import EverydayName
from devise_core.bundle.person_words import ALSO, person_words, write_person_words
from devise_core.bundle.sense_counts import SenseCounts
from devise_core.bundle.wordnet import Nouns, Synset
from devise_core.engine import load_engine
from devise_core.errors import QueryError
from devise_core.text.person_words import means_people
from devise_core.text.thing_words import is_thing
from tests.random_words import random_pairs
from ui.words.modes import PATH_EXAMPLES

PEOPLE_AND_PLACES = ("man", "king", "nurse", "african", "president", "nigeria", "africa", "obama", "israel", "mexico", "haiti")
NO_THINGS = ("mosque", "church", "bomb", "rifle", "harlem", "turkey", "islam", "love", "prison", "human", "mao")
ANIMALS = ("monkey", "ape", "gorilla", "pig", "rat")
THINGS = ("violin", "castle", "dog", "fish")


@pytest.fixture(scope="module", params=["photos", "stamps"])
def bundled(request: pytest.FixtureRequest) -> Engine:
    """Open each bundled collection."""
    return load_engine(collection=request.param)


@pytest.mark.parametrize("pair", list(combinations(THINGS, 2)), ids="-".join)
def test_what_is_shown_matches_well(bundled: Engine, pair: tuple[str, str]) -> None:
    path = bundled.word_path(*pair)
    assert [step.word.word for step, _ in path][::6] == list(pair)
    for step, hit in path:
        word = step.word.word
        assert is_thing(word)
        if hit is not None:
            matches = bundled.matches(bundled.query(word))
            assert word in hit.labels or (matches.sure and hit.row in matches.strong().rows), (word, hit.name)


@pytest.mark.parametrize("pair", list(product((*PEOPLE_AND_PLACES, *NO_THINGS), (*ANIMALS, "clown", "castle"))), ids="-".join)
def test_a_path_leads_only_from_thing_to_thing(engine: Engine, pair: tuple[str, str]) -> None:
    for start, end in (pair, pair[::-1]):
        with pytest.raises(QueryError, match="from sheep to castle. “.*” is not on the app's list of things"):
            engine.word_path(start, end)


def test_no_path_leads_from_countries_and_people_to_animals(engine: Engine) -> None:
    for name, animal in random_pairs(engine, 200):
        with pytest.raises(QueryError, match="is not on the app"):
            engine.word_path(name, animal)


def test_every_step_of_a_path_is_a_thing(engine: Engine) -> None:
    for start, end in (*PATH_EXAMPLES, ("hut", "ape"), ("banana", "gorilla"), ("soap", "rat"), ("the ship", "chains")):
        assert [step.word.word for step, _ in engine.word_path(start, end, 20) if not is_thing(step.word.word)] == []


def test_words_with_a_good_picture_have_it(bundled: Engine) -> None:
    (_, dog), *_, (_, car) = bundled.word_path("dog", "car")
    assert dog is not None and car is not None
    assert (dog.name, car.category.split("/")[0]) == ("dog", "vehicles")


@pytest.mark.parametrize("pair", [("fish", "bird"), ("dog", "wolf"), ("animal", "dog")])
def test_no_picture_appears_twice(bundled: Engine, pair: tuple[str, str]) -> None:
    rows = [hit.row for _, hit in bundled.word_path(*pair) if hit]
    assert len(set(rows)) == len(rows) >= 2


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
