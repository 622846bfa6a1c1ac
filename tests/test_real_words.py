"""Only real words are offered to people who did not type them: nouns, and words and names that are frequent."""

from __future__ import annotations

import json
import re
from itertools import product
from string import ascii_lowercase

import numpy as np
import pytest

from devise_core import Engine
from devise_core.text import real_words
from devise_core.text.noun_store import NounStore
from devise_core.text.real_words import RealWords
from devise_core.text.word_store import WordStore
from devise_core.vectors import Bytes, Floats
from tests.fakes import names, text_space, word_vectors
from ui.map import data as map_data

CITIES = ("paris", "london", "berlin", "tokyo", "york")


@pytest.fixture(scope="module")
def real(engine: Engine) -> RealWords:
    return RealWords(word_vectors(engine).words, word_vectors(engine).nouns)


def test_a_word_is_real_if_it_is_frequent_or_a_noun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_words, "COMMON", 2)
    monkeypatch.setattr(real_words, "RARE", 2)
    words = WordStore(b"the\n.\nlondon\nprohertrib\nibis", np.ones((5, 2), np.int8), np.ones(5, np.float32))
    real = RealWords(words, NounStore("ibis\t4", np.ones((1, 2), np.int8)))
    candidates = ("the", ".", "london", "prohertrib", "ibis", "ibises", "unknown")
    assert [word for word in candidates if word in real] == ["the", "ibis", "ibises"]
    assert [word for word in candidates if real.is_rare(word)] == ["prohertrib"]


def test_a_small_vocabulary_offers_all_its_words() -> None:
    vocabulary = text_space().vocabulary
    assert {"the", "dog", "cat"} < set(names(vocabulary.nearest_words(np.array([0.8, 0.6, 0, 0], np.float32), 7)))


@pytest.mark.parametrize("city", CITIES)
def test_words_similar_to_a_city_are_real(engine: Engine, real: RealWords, city: str) -> None:
    assert [word for word in names(engine.similar_words(city, 24)) if word not in real] == []


def test_the_nearest_neighbour_of_paris_in_the_vectors_is_not_offered(engine: Engine) -> None:
    words = word_vectors(engine).words
    nearest = [hit.word for hit in words.nearest(words.unit([words.row("paris") or 0])[0], 2)]
    assert nearest == ["paris", "prohertrib"]
    assert names(engine.similar_words("paris", 1)) == ["france"]


def test_suggestions_and_spellings_are_real(engine: Engine, real: RealWords) -> None:
    begun = [word for letters in product(ascii_lowercase, repeat=2) for _, word in engine.complete("".join(letters), 8)]
    assert len(begun) > 2_500
    assert [word for word in begun if word not in real] == []
    assert engine.vocabulary is not None
    assert engine.vocabulary.spellings(["asdfgh", "chruch"]) == {
        "asdfgh": [],
        "chruch": ["church", "chuck", "crush", "couch", "crunch"],
    }


def test_a_completion_does_not_wait_for_the_hashes_of_all_words() -> None:
    store = WordStore("\n".join(f"{letter}{number}x" for number in range(20_000) for letter in "ab").encode(), *_ones(40_000))
    (word,) = store.completions("b19999")
    assert (store.row(word), store.row(store.nearest(np.ones(2, np.float32), 1)[0].word)) == (39_999, 0)
    assert "_hashes" not in store.__dict__


def test_word_paths_and_the_map_show_real_words(engine: Engine, real: RealWords) -> None:
    path = [step.word.word for step, _ in engine.word_path("castle", "violin", 9)]
    assert [word for word in path if word not in real] == []
    labels = {label for item in engine.collection.items for label in (*item.labels, *item.category.replace("_", " ").split("/"))}
    content = json.loads(map_data._folder_message(engine.collection.name, engine.collection.version, engine))
    texts = [text["text"] for text in content["texts"]] + content["colours"]["cluster"]["names"]
    words = [word for text in texts if text not in labels for word in text.split(" and ")]
    assert len(words) > 30
    strange = [word for word in words if word not in labels and word not in real]
    assert [word for word in strange if not re.fullmatch(r"group \d+", word)] == []  # a group without a known thing has a number


def _ones(count: int) -> tuple[Bytes, Floats]:
    return np.ones((count, 2), np.int8), np.ones(count, np.float32)
