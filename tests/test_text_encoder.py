"""The contract of every text encoder, with and without a vocabulary."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from devise_core.errors import QueryError
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.opening import open_text_encoder
from devise_core.text.query_parser import Clause
from devise_core.text.query_reader import read_query
from devise_core.text.text_encoder import TextEncoder
from tests.conftest import BUNDLED
from tests.fakes import HashTextEncoder, text_space

Make = Callable[[], TextEncoder]


@pytest.fixture(params=["hash", "words", pytest.param("bundled", marks=pytest.mark.artifacts)])
def make(request: pytest.FixtureRequest) -> Make:
    """Makes an encoder that knows "dog", "cat" and "piano"."""
    makers: dict[str, Make] = {
        "hash": HashTextEncoder,
        "words": text_space,
        "bundled": lambda: open_text_encoder(ArtifactLayout(BUNDLED), Manifest.read(BUNDLED).verified),
    }
    return makers[request.param]


def test_text_encoder_contract(make: Make) -> None:
    encoder, texts = make(), ["dog", "a cat", "the piano, played by a dog", "dog"]
    rows = encoder.encode(texts)
    assert (rows.shape, rows.dtype) == ((4, encoder.dimension), np.float32)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    assert encoder.encode([]).shape == (0, encoder.dimension)
    assert np.array_equal(rows[0], rows[3])
    assert not np.allclose(rows[0], rows[1])
    for row, text in zip(rows, texts, strict=True):
        assert np.array_equal(encoder.embed(text), row), "a text's vector does not depend on the batch"
    assert np.array_equal(make().encode(texts), rows)


def test_clause_is_placed_where_its_text_is_encoded(make: Make) -> None:
    encoder = make()
    for text in ("dog", "a piano"):
        placed = encoder.place(Clause("words", text, 1.0, 0, len(text)))
        assert placed.vector is not None
        assert placed.vector == pytest.approx(encoder.embed(text))
        assert sum(share for _, share in placed.terms) == pytest.approx(1)


def test_query_is_the_weighted_sum_of_its_clauses(make: Make) -> None:
    encoder = make()
    query = read_query("piano + dog^2", encoder)
    total = encoder.embed("piano") + 2 * encoder.embed("dog")
    assert query.vector == pytest.approx(total / np.linalg.norm(total), abs=1e-5)
    assert [(term.word, round(term.weight, 3)) for term in query.reading.terms] == [("piano", 0.333), ("dog", 0.667)]
    assert query.text == "piano + dog^2"
    with pytest.raises(QueryError, match="cancel each other out"):
        read_query("dog - dog", encoder)
    with pytest.raises(QueryError, match="no word to search for"):
        read_query("  ", encoder)


def test_vocabulary_spells_completes_and_names(make: Make) -> None:
    vocabulary = make().vocabulary
    if vocabulary is None:
        return
    assert len(vocabulary) > vocabulary.noun_count > 0
    assert "piano" in vocabulary.spellings(["paino"])["paino"]
    assert (0, "piano") in vocabulary.complete("pian", 8)
    assert vocabulary.nearest_nouns(make().embed("dog"), 1)[0].word == "dog"
    assert "dog" not in [hit.word for hit in vocabulary.similar_words(read_query("dog", make()), 3)]
    vector, words = vocabulary.word_vector("dog cat")
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert words == {"dog", "cat"}
    nouns = vocabulary.random_nouns(2, 7)
    assert np.array_equal(nouns, vocabulary.random_nouns(2, 7))
    assert [near[0] for near in vocabulary.nearest_nouns_each(nouns, 1)] == [
        vocabulary.nearest_nouns(noun, 1)[0].word for noun in nouns
    ]
