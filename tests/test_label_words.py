"""Words that are spelled right although they are rare: compounds, and words in the labels of a collection."""

from __future__ import annotations

import pytest

from devise_core import Engine, load_engine
from devise_core.text.real_words import RealWords
from tests.fakes import names, word_vectors


@pytest.fixture(scope="module")
def photos() -> Engine:
    return load_engine(collection="photos")


@pytest.fixture(scope="module")
def stamps() -> Engine:
    return load_engine(collection="stamps")


@pytest.mark.parametrize("text", ["multimeter", "weever", "meidum pyramid"])
def test_words_of_labels_are_not_corrected(photos: Engine, stamps: Engine, text: str) -> None:
    assert stamps.query(text).respelled
    query = photos.query(text)
    assert not query.respelled and not query.other_meaning
    assert names(photos.found_by_caption(query, 1)) == [text]


def test_words_of_other_labels_are_corrected_as_before(photos: Engine) -> None:
    assert photos.query("penguine").respelled == {"penguine": "penguin"}  # a caption has “penguin”


@pytest.mark.parametrize("word", ["clownfish", "windfarm", "cheesemaker", "gearhead"])
def test_compounds_of_familiar_nouns_are_right(stamps: Engine, word: str) -> None:
    assert not stamps.query(word).respelled and not stamps.query(word).other_meaning


@pytest.mark.parametrize(("word", "right"), [("castel", "castle"), ("hors", "horse")])
def test_other_rare_words_may_be_misspelled(stamps: Engine, word: str, right: str) -> None:
    assert stamps.query(word).other_meaning[word].form == right


def test_compounds_are_not_what_begins_or_ends_with_a_noun(engine: Engine) -> None:
    real = RealWords(word_vectors(engine).words, word_vectors(engine).nouns)
    assert [word for word in ("clownfish", "carpets", "penguine", "violin", "sunx") if real.is_compound(word)] == ["clownfish"]


@pytest.mark.parametrize("collection", ["photos", "stamps"])
def test_a_noun_whose_senses_have_no_label_is_found_by_the_label_of_its_name(collection: str) -> None:
    assert names(load_engine(collection=collection).search_text("corn", 1)) == ["corn"]
