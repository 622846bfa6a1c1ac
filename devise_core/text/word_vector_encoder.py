"""A text encoder that adds up word vectors. The bundled model uses GloVe vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from devise_core.errors import UnknownWordError
from devise_core.text.foreign_nouns import ForeignNouns
from devise_core.text.noun_store import NounStore
from devise_core.text.query import PlacedClause
from devise_core.text.query_parser import Clause
from devise_core.text.query_words import QueryWords
from devise_core.text.text_encoder import NO_SPELLINGS, TextEncoder
from devise_core.text.tokens import check_text
from devise_core.text.word_filter import ALLOW_ALL, WordFilter
from devise_core.text.word_store import WordStore
from devise_core.text.word_vocabulary import ARTICLES, WordVocabulary
from devise_core.vectors import Floats, without


class WordVectorEncoder(TextEncoder):
    """Encodes a text as the sum of its word vectors.

    A text that is in the list of nouns gets the vector of that noun, which includes the noun's hypernyms (see ``NounStore``).
    Any other text gets the sum of its words' unit vectors. Each word is weighted by its rarity, so "bird" and "water" decide
    the vector of "a bird near the water". Then the strongest directions that all label vectors share are removed. These
    directions only mean "a thing" and do not distinguish one thing from another (Mu & Viswanath, 2018, "All-but-the-top").

    Args:
        words: All words with their vectors.
        nouns: The nouns with their vectors.
        directions: The shared directions to remove, orthonormal rows ``(m, d)``.
        word_filter: The words that the vocabulary may suggest. Words that it refuses can still be encoded.
        foreign: Nouns of other languages that a query may contain.
    """

    def __init__(
        self,
        words: WordStore,
        nouns: NounStore,
        directions: Floats,
        word_filter: WordFilter = ALLOW_ALL,
        foreign: ForeignNouns | None = None,
    ) -> None:
        self.words, self.nouns, self.directions = words, nouns, directions
        self._vocabulary = WordVocabulary(words, nouns, directions, word_filter)
        self.phrases = self._vocabulary.phrases
        self._query_words = QueryWords(self._vocabulary, foreign or ForeignNouns())

    @property
    def dimension(self) -> int:
        """The dimension ``d`` of the vectors."""
        return self.words.dimension

    @property
    def vocabulary(self) -> WordVocabulary:
        """The words and the nouns that the encoder knows."""
        return self._vocabulary

    def encode(self, texts: Sequence[str]) -> Floats:
        """Encode ``n`` labels or captions to unit rows ``float32 (n, d)``, as ``TextEncoder`` describes."""
        if not len(texts):
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([self._encode(text) for text in texts])

    def place(self, clause: Clause, spellings: Mapping[str, str] = NO_SPELLINGS) -> PlacedClause:
        """Return a clause with its vector: that of a noun in the list, or of the known words except those that no image shows.

        Args:
            clause: A clause of a query, without an image.
            spellings: Each misspelled word with its right spelling.

        Returns:
            The clause with its unit vector ``(d,)``. The vector is None if no word is known.
        """
        read = self._query_words.read(clause, spellings)
        noun, (known, unknown) = self._vocabulary.noun_row(read.text), self.phrases.known(read.text)
        placed = PlacedClause(
            clause,
            None,
            known=known,
            read_as=read.read_as,
            text=read.text,
            unmodelled=read.unmodelled,
            dropped=read.dropped,
            corrected=read.corrected,
            respelled=read.respelled,
            other_meaning=read.other_meaning,
        )
        if noun is not None:
            return replace(placed, vector=self.nouns.vector(noun), terms=[(self.nouns.nouns[noun], 1.0)])
        if not known:
            return replace(placed, unknown=unknown)
        vector, terms = self._phrase(known, unknown)
        return replace(placed, vector=vector, terms=terms, unknown=[word for word in unknown if word not in ARTICLES])

    def _encode(self, text: str) -> Floats:
        text = self._query_words.label(check_text(text))
        noun = self._vocabulary.noun_row(text)
        if noun is not None:
            return self.nouns.vector(noun)
        known, unknown = self.phrases.known(text)
        if not known:
            raise UnknownWordError(self._vocabulary.spellings(unknown))
        return self._phrase(known, unknown)[0]

    def _phrase(self, known: Sequence[tuple[str, int]], unknown: Sequence[str]) -> tuple[Floats, list[tuple[str, float]]]:
        """Return the unit vector of the known words of a phrase, and the terms it was read as, each with a share."""
        noun = self.nouns.row(" ".join(word for word, _ in known)) if unknown else None
        if noun is not None:  # the known words together are a noun
            return self.nouns.vector(noun), [(self.nouns.nouns[noun], 1.0)]
        rows = [row for _, row in known]
        weights = self.words.rarity(rows)
        terms = [(word, float(share)) for (word, _), share in zip(known, weights / weights.sum(), strict=True)]
        return without(self.phrases.vector(rows), self.directions), terms
