"""The word store, phrases, nouns and queries, over vectors that can be computed by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devise_core import Engine
from devise_core.bundle.wordnet import read_irregular_plurals
from devise_core.errors import ArtifactError, QueryError, UnknownWordError
from devise_core.search.index import check_k
from devise_core.text.query_reader import read_query
from devise_core.text.tokens import MAX_CHARACTERS, Phrases, tokens
from devise_core.text.word_store import WordStore
from devise_core.vectors import cosines, largest, quantise, row_lengths, unit, without
from tests.fakes import VECTORS, WORDS, text_space, word_store, word_vectors


def test_words_and_rows_map_to_each_other() -> None:
    for store in (word_store(), word_store().index_words()):
        assert [store.row(word) for word in WORDS] == list(range(len(WORDS)))
        assert [store.word(row) for row in range(len(store))] == list(WORDS)
        assert all(store.row(word) is None for word in ("", "do", "og", "dog\ncat", "zebra"))


def test_quantised_vectors_are_close_to_the_original() -> None:
    assert np.abs(word_store().raw(range(len(WORDS))) - VECTORS).max() <= 1 / 127 / 2


def test_nearest_words_are_sorted_by_cosine() -> None:
    hits = word_store().nearest(np.array([1, 0, 0, 0], np.float32), 3)
    assert [hit.word for hit in hits] == ["dog", "cat", "the"]
    assert [hit.cosine for hit in hits] == pytest.approx([1, 0.8, 0.5], abs=0.01)


def test_words_and_vectors_of_different_length_are_refused() -> None:
    with pytest.raises(ArtifactError, match="7 words, word_vectors.npy 6 vectors"):
        WordStore("\n".join(WORDS).encode(), *quantise(VECTORS[:6]))


def test_similar_spellings_are_suggested() -> None:
    assert word_store().spellings("paino") == ["piano"]
    assert word_store().spellings("qqqqqq") == []


def test_rare_words_weigh_more() -> None:
    weights = word_store().rarity([0, 6])
    assert 0 < weights[0] < weights[1] < 1


def test_text_is_split_into_normalised_tokens() -> None:
    assert tokens("A Dog’s “Piano”, ｆｏｒ the well-known!") == ["a", "dog's", "piano", "for", "the", "well-known"]


def test_compounds_are_split_into_known_words() -> None:
    phrases = Phrases(word_store())
    assert phrases.known("dog's sea-horse new-york xyzzy")[0] == [("dog", 1), ("sea-horse", 6), ("new", 4), ("york", 5)]
    assert phrases.known("xyzzy xyzzy dog")[1] == ["xyzzy"]


def test_a_noun_and_its_plurals_have_the_vector_of_the_noun() -> None:
    space = text_space()
    for text in ("dog", "The Dogs", "a dog!"):
        assert space.embed(text) == pytest.approx([0.6, 0.8, 0, 0], abs=0.01)
    assert space.embed("mice") == pytest.approx([0, 1, 0, 0], abs=0.01)
    assert read_query("mouse", space).reading.terms[0].word == "mouse"


def test_a_phrase_is_a_weighted_sum_without_shared_directions() -> None:
    space = text_space()
    assert space.embed("piano york") == pytest.approx([0, 0, 1, 0], abs=0.01)
    terms = read_query("the piano", space).reading.terms
    assert [term.word for term in terms] == ["the", "piano"]
    assert sum(term.weight for term in terms) == pytest.approx(1)
    assert terms[0].weight < terms[1].weight


def test_unknown_words_are_reported_with_suggestions() -> None:
    space = text_space()
    assert read_query("piano xyzzyx", space).reading.left_out == {"xyzzyx": []}
    with pytest.raises(UnknownWordError, match="“paino” is unknown. Did you mean piano") as caught:
        space.embed("paino")
    assert caught.value.suggestions == {"paino": ["piano"]}


@pytest.mark.parametrize("text", ["", "   ", "!?", "🎻", "_"])
def test_text_without_a_word_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match="no word"):
        text_space().embed(text)


def test_long_text_and_other_scripts_are_refused() -> None:
    with pytest.raises(QueryError, match="10000 characters.*Shorten"):
        text_space().embed("dog " * 2500)
    assert text_space().embed("dog " * (MAX_CHARACTERS // 4)) is not None
    with pytest.raises(UnknownWordError, match="скрипка"):
        text_space().embed("скрипка")


@pytest.mark.parametrize("k", [0, -1, 1001, 2.5, True, "3", None])
def test_an_invalid_k_is_refused(k: object) -> None:
    with pytest.raises(QueryError, match="Received"):
        check_k(k)  # type: ignore[arg-type]


def test_vector_functions_by_hand() -> None:
    with pytest.raises(ValueError, match="no direction"):
        unit(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="no direction"):
        unit([np.nan, 1])
    assert without(np.array([[0.6, 0.8]], np.float32), np.array([[0, 1]], np.float32))[0] == pytest.approx([1, 0])
    assert list(largest(np.array([1, 3, 2, 3], np.float32), 3)) == [1, 3, 2]
    assert list(largest(np.array([2, 1], np.float32), 9)) == [0, 1]
    many = np.random.default_rng(1).random(5000).astype(np.float32)
    assert list(largest(many, 7)) == list(np.argsort(-many, kind="stable")[:7])


def test_cosines_without_a_removed_direction() -> None:
    rows, _ = quantise(np.array([[3, 0, 4], [0, 1, 0]], np.float32))
    query, removed = np.array([1, 0, 0], np.float32), np.array([[0, 0, 1]], np.float32)
    assert cosines(query, rows, row_lengths(rows)) == pytest.approx([0.6, 0], abs=0.01)
    assert cosines(query, rows, row_lengths(rows, removed)) == pytest.approx([1, 0], abs=0.01)


def test_every_noun_is_read_as_itself(engine: Engine) -> None:
    """Even "street", although "street children" is the plural of "street child"."""
    nouns = word_vectors(engine).nouns
    assert [noun for row, noun in enumerate(nouns.nouns) if nouns.row(noun) != row] == []
    assert [engine.query(text).noun for text in ("street", "children", "cola", "mice")] == ["street", "child", "cola", "mouse"]


def test_a_plural_of_several_words_stays_whole(tmp_path: Path) -> None:
    (tmp_path / "noun.exc").write_text("children child\nstreet_children street_child\ncomics comic_strip comic\n", "ascii")
    plurals = read_irregular_plurals(tmp_path)
    assert plurals == {"child": ["children"], "street child": ["street children"], "comic strip": ["comics"], "comic": ["comics"]}
