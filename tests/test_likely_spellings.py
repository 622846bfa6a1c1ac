"""Which of several near spellings is meant: things come first, and the usual typing errors count less."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from devise_core import Engine
from devise_core.errors import UnknownWordError
from devise_core.text.likely_spellings import Candidate, keeps_letters, ordered
from devise_core.text.thing_words import is_thing
from tests.fakes import word_vectors

NOUNS, SEED, LEAST_SHARE = 60, 21, 0.64
"""For 67% of the typing errors of this sample, the noun is the correction or the first offer (59% before things came first)."""


def first(engine: Engine, text: str) -> str:
    """Return what a word was read as, or else the first spelling that is offered for it."""
    try:
        return engine.query(text).respelled_text
    except UnknownWordError as error:
        return next(iter(error.suggestions[text]), "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("giraf", "giraffe"),
        ("elephan", "elephant"),
        ("umbrel", "umbrella"),
        ("dgo", "dog"),
        ("frok", "fork"),
        ("peir", "pier"),
        ("hcair", "chair"),
        ("corla", "coral"),
        ("plaace", "palace"),
        ("penguine", "penguin"),
        ("monky", "monkey"),
        ("giner", "ginger"),
        ("froit", "fruit"),
        ("knfe", "knife"),
        ("onio", "onion"),
        ("forress", "fortress"),
        ("musilm", "muslim"),
        ("eiffle", "eiffel"),
    ],
)
def test_a_thing_comes_before_other_words_that_are_as_near(engine: Engine, text: str, expected: str) -> None:
    assert first(engine, text) == expected


def test_the_order_is_by_edits_then_things_then_the_kind_of_error() -> None:
    candidates = [Candidate("do", 1, 88), Candidate("go", 1, 242), Candidate("dog", 1, 2_926), Candidate("dogs", 2, 3_000)]
    assert [each.word for each in ordered("dgo", candidates)] == ["dog", "do", "go", "dogs"]
    forms = [Candidate("penguins", 1, 8_000), Candidate("penguin", 1, 12_000)]
    assert [each.word for each in ordered("penguine", forms)] == ["penguin", "penguins"]
    assert [each.word for each in ordered("penguines", forms)] == ["penguins", "penguin"]


def test_nothing_becomes_a_word_about_people_that_lacks_a_typed_letter(engine: Engine) -> None:
    """Whoever types "muslms" means Muslims, but "turkx" may be anything."""
    assert keeps_letters("muslms", "muslims")
    assert not keeps_letters("turkx", "turk")
    vocabulary = engine.vocabulary
    assert vocabulary is not None
    assert vocabulary.corrections(["turkx", "jewxs", "muslms"]) == {"muslms": "muslims"}


def test_most_typing_errors_of_everyday_nouns_are_understood(engine: Engine) -> None:
    words, random_generator = word_vectors(engine).words, random.Random(SEED)
    labels = {label.lower() for name in ("photos", "stamps") for item in engine.on(name).collection.items for label in item.labels}
    everyday = [label for label in sorted(labels) if label.isalpha() and 3 <= len(label) <= 11 and is_thing(label)]
    nouns = random_generator.sample([noun for noun in everyday if (words.row(noun) or len(words)) < 20_000], NOUNS)
    right = [first(engine, error) in {noun, f"{noun}s"} for noun in nouns for error in typing_errors(noun, random_generator)]
    assert len(right) >= 3 * NOUNS
    assert sum(right) / len(right) > LEAST_SHARE


def typing_errors(noun: str, generator: random.Random) -> Iterator[str]:
    """Yield a noun without a letter, with a letter twice, with two letters swapped, and with a wrong vowel."""
    place = generator.randrange(1, len(noun))
    yield noun[:place] + noun[place + 1 :]
    place = generator.randrange(len(noun))
    yield noun[:place] + noun[place] + noun[place:]
    place = generator.choice([place for place in range(len(noun) - 1) if noun[place] != noun[place + 1]])
    yield noun[:place] + noun[place + 1] + noun[place] + noun[place + 2 :]
    if vowels := [place for place, letter in enumerate(noun) if letter in "aeiou"]:
        place = generator.choice(vowels)
        yield noun[:place] + generator.choice([vowel for vowel in "aeiou" if vowel != noun[place]]) + noun[place + 1 :]
