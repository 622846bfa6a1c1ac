"""Names of people and places, by which no picture can be recognised, and searches that judge people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devise_core import Engine
from devise_core.bundle.name_words import name_words, write_name_words
from devise_core.bundle.wordnet import Nouns, Synset
from devise_core.text.judged_people import UNKIND, judges_people
from devise_core.text.name_words import NAME_WORDS, has_name
from devise_core.text.unmodelled import JUDGEMENTS


@pytest.mark.parametrize(
    "text", ["obama", "Nelson Mandela", "gandhi's house", "Mozart", "nigeria", "new york", "the streets of congo"]
)
def test_names(text: str) -> None:
    assert has_name(text)


@pytest.mark.parametrize("text", ["castle", "rose", "bill", "christmas", "ugly", "swift bird", "", "january"])
def test_other_words_are_no_names(text: str) -> None:
    assert not has_name(text)


def test_the_list_is_what_the_command_writes(tmp_path: Path) -> None:
    person, somebody, hymn = (
        Synset(1, ("person",), (), False),
        Synset(2, ("bach",), (1,), True),
        Synset(3, ("mozart",), (), False),
    )
    nouns = Nouns({1: person, 2: somebody, 3: hymn}, {"person": (1,), "bach": (2, 3), "mozart": (3, 2), "hunt": (2,)})
    listed = ["Obama", "Obama's", "Rose", "rose", "BBC", "Mozart", "Hunt", "hunt", "person"]
    assert sorted(name_words(nouns, listed)) == ["bach", "obama"]
    assert write_name_words(name_words(nouns, listed), tmp_path / "names.txt") == 2
    header = [line for line in NAME_WORDS.read_text("utf-8").splitlines() if line.startswith("#")]
    assert (tmp_path / "names.txt").read_text("utf-8").splitlines() == [*header, "bach", "obama"]


@pytest.mark.parametrize("text", ["mandela", "nelson mandela", "nigeria", "africa", "obama", "gandhi"])
@pytest.mark.parametrize("collection", ["photos", "stamps"])
def test_neither_people_nor_animals_are_shown_for_a_name(text: str, collection: str, engine: Engine) -> None:
    engine = engine.on(collection)
    matches, guard = engine.matches(engine.query(text)), engine.parts.people_guard
    assert not matches.sure and guard and len(matches.inside) < len(engine.collection)
    features = engine.collection.features[matches.inside.rows]
    assert not guard.may_show_people(features).any() and not guard.may_show_animals(features).any()


def test_only_the_first_images_of_a_large_collection_are_looked_at(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """To check the 16,384 images of a window would take most of a second."""
    engine, first = engine.on("photos"), 40
    query = engine.query("mandela")
    insults = engine.insults(query, engine.ranking(query).rows[:first])
    monkeypatch.setattr("devise_core.verbs.scanning.EXACT_UP_TO", 20)
    monkeypatch.setattr("devise_core.verbs.matches.CANDIDATES", first)
    matches = engine.matches(query)
    assert insults is not None and 0 < len(matches.inside) == np.count_nonzero(~insults) < first
    assert matches.count_from is None and matches.inside is matches.ranking
    assert len(engine.matches(engine.query("chair")).inside) == len(engine.collection)


@pytest.mark.parametrize("text", ["eiffel tower", "santa claus"])
def test_a_labelled_picture_of_a_name_is_shown(text: str, engine: Engine) -> None:
    engine = engine.on("photos" if text == "eiffel tower" else "stamps")
    labelled = [row for row, item in enumerate(engine.collection.items) if text in item.labels]
    insults = engine.insults(engine.query(text), np.asarray(labelled))
    assert labelled and insults is not None and not insults.any()


def test_animals_with_a_place_in_their_name_are_animals(engine: Engine) -> None:
    rows = np.arange(len(engine.collection))
    for text in ("siberian tiger", "turkey", "guinea fowl"):
        insults = engine.insults(engine.query(text), rows)
        assert insults is None or not insults[engine.collection.row("dog")]


@pytest.mark.parametrize("text", ["ugly woman", "stupid people", "a really ugly old man"])
def test_nobody_is_shown_for_a_judgement(text: str, engine: Engine) -> None:
    engine = engine.on("photos")
    query = engine.query(text)
    assert judges_people(query)
    assert engine.matches(query).withheld
    assert engine.found_by_caption(query) == []


def test_kind_words_and_things_are_searched_for_as_before(engine: Engine) -> None:
    engine = engine.on("photos")
    assert not any(judges_people(engine.query(text)) for text in ("happy woman", "ugly house", "two men"))
    assert engine.found_by_caption(engine.query("happy woman"))
    assert UNKIND < JUDGEMENTS
