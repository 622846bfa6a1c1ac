"""The concept space, a second space of word vectors. Its vectors come from a sentence encoder, a model trained on sentences.

They reflect how words are used together in descriptions. In this file, the length of a vector is its Euclidean norm. ``c`` is the
dimension of the concept space, and ``s`` the dimension of the sentence encoder's vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devise_core.storage.artifact_reader import checked, read_array, read_arrays, reading
from devise_core.text.phrase_encoder import PhraseEncoder
from devise_core.text.query import PlacedClause
from devise_core.text.tokens import tokens
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import Bytes, Floats, unit_or_zero

PHRASE_WEIGHT = 1.5
"""The length of a phrase's vector. The vector of a noun or a word has length 1. Chosen on the captions of Pascal's training set."""


@dataclass(frozen=True)
class PhraseMap:
    """An affine map from the sum of a phrase's word vectors to an estimate of the phrase's vector in the concept space.

    Attributes:
        mean: The vector ``(c,)`` that is subtracted from the sum first.
        matrix: The coefficients ``(c, c)``.
    """

    mean: Floats
    matrix: Floats


@dataclass(frozen=True)
class PhraseProjection:
    """Projects the sentence encoder's vector of a phrase into the concept space.

    Attributes:
        mean: The mean of the vectors of frequent nouns ``(s,)``. It is subtracted first.
        components: The principal components of these vectors ``(s, c)``.
        caption_mean: The mean of captions in the concept space ``(c,)``. It is subtracted last, since all phrases share it.
    """

    mean: Floats
    components: Floats
    caption_mean: Floats

    @classmethod
    def open(cls, path: Path) -> PhraseProjection:
        """Read ``phrase_projection.npz``, a file that ``build concepts`` writes."""
        arrays = read_arrays(path)
        with reading(path):
            components = checked(arrays["components"], f"{path}", np.floating, (None, None))
            mean = checked(arrays["mean"], f"{path}", np.floating, (len(components),))
            caption_mean = checked(arrays["caption_mean"], f"{path}", np.floating, (components.shape[1],))
            return cls(*(array.astype(np.float32) for array in (mean, components, caption_mean)))

    def project(self, vector: Floats) -> Floats:
        """Return the unit vector ``(c,)`` in the concept space for a vector ``(s,)`` of the sentence encoder."""
        return unit_or_zero((vector - self.mean) @ self.components - self.caption_mean)


@dataclass(frozen=True)
class EncodedPhrases:
    """Computes vectors of whole phrases in the concept space, with the phrase encoder and a projection of its vectors."""

    encoder: PhraseEncoder
    projection: PhraseProjection

    def vector(self, phrase: str) -> Floats:
        """Return the unit vector ``(c,)`` of a phrase."""
        return self.projection.project(self.encoder.encode(phrase))


class ConceptStore:
    """Vectors of nouns, words and phrases in the concept space.

    Args:
        nouns: The vectors of the noun list, mixed with those of the nouns' hypernyms (more general senses) ``int8 (nouns, c)``.
        words: The vectors of the most frequent words ``int8 (words, c)``.
        phrases: Estimates the vector of a phrase from the vectors of its words.
        text: The text encoder whose nouns and words these are.
        encoded: Encodes the phrases of queries, or None to use ``phrases`` for them too.
    """

    def __init__(
        self, nouns: Bytes, words: Bytes, phrases: PhraseMap, text: WordVectorEncoder, encoded: EncodedPhrases | None = None
    ) -> None:
        self._nouns, self._words, self._phrases, self._text, self._encoded = nouns, words, phrases, text, encoded

    @classmethod
    def open(
        cls, nouns: Path, words: Path, phrases: PhraseMap, text: WordVectorEncoder, encoded: EncodedPhrases | None = None
    ) -> ConceptStore:
        """Open the files of the nouns and the words. Both are mapped into memory.

        Args:
            nouns: The file with a row for each noun of the noun list, ``int8 (n, c)``.
            words: The file with a row for each of the most frequent words, ``int8 (w, c)``.
            phrases: As for the constructor.
            text: As for the constructor.
            encoded: As for the constructor.

        Returns:
            The store.

        Raises:
            ArtifactError: A file is missing or damaged, or does not fit ``phrases`` or ``text``.
        """
        dimension = len(phrases.mean)
        noun_rows = read_array(nouns, np.int8, (len(text.nouns), dimension), mapped=True)
        return cls(noun_rows, read_array(words, np.int8, (None, dimension), mapped=True), phrases, text, encoded)

    @property
    def dimension(self) -> int:
        """The dimension ``c`` of the concept space."""
        return int(self._nouns.shape[1])

    def vector(self, text: str) -> Floats:
        """Return the vector ``(c,)`` of a text in a query. A phrase is read by the phrase encoder, if there is one.

        The argument and the length of the vector are as for ``stored_vector``.
        """
        if self._encoded is None or len(tokens(text)) < 2 or self._text.vocabulary.noun_row(text) is not None:
            return self.stored_vector(text)
        return PHRASE_WEIGHT * self._encoded.vector(text)

    def stored_vector(self, text: str) -> Floats:
        """Return the vector ``(c,)`` of a text from stored vectors alone.

        Args:
            text: A noun or a word, whose vector has length 1, or a phrase, whose vector has length ``PHRASE_WEIGHT``.

        Returns:
            The vector, or a vector of zeros for a text without a known word.
        """
        noun = self._text.vocabulary.noun_row(text)
        if noun is not None:
            return unit_or_zero(self._nouns[noun])
        words = tokens(text)
        row = self._row(words[0]) if len(words) == 1 else None
        return unit_or_zero(self._words[row]) if row is not None else self._phrase(words)

    def unit_vectors(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts as unit rows ``(n, c)``. The row of a text without a known word is all zeros.

        The phrase encoder is not used, so the names of images and the evidence (``label_evidence.py``) do not depend on it.
        """
        rows = [self._text.vocabulary.noun_row(text) for text in texts]
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        nouns = np.asarray([place for place, row in enumerate(rows) if row is not None], dtype=np.int64)
        vectors[nouns] = self._nouns[np.asarray([row for row in rows if row is not None], dtype=np.int64)]
        for place in np.setdiff1d(np.arange(len(texts)), nouns):
            vectors[place] = self.stored_vector(texts[place])
        return unit_or_zero(vectors)

    def of_clauses(self, clauses: Sequence[PlacedClause]) -> Floats:
        """Return the weighted mean ``(c,)`` of the clauses' vectors. A clause with a minus has a negative weight."""
        known = [part for part in clauses if part.vector is not None]
        weights = np.asarray([part.clause.weight for part in known], dtype=np.float32)
        vectors = np.stack([self.vector(read_text(part)) for part in known])  # (clauses, c)
        return np.asarray(weights @ vectors / np.abs(weights).sum(), dtype=np.float32)

    def _phrase(self, words: Sequence[str]) -> Floats:
        rows = [row for word in words if (row := self._row(word)) is not None]
        if not rows:
            return np.zeros(self.dimension, dtype=np.float32)
        total = unit_or_zero(self._text.words.rarity(rows) @ unit_or_zero(self._words[rows]))
        return PHRASE_WEIGHT * unit_or_zero((total - self._phrases.mean) @ self._phrases.matrix)

    def _row(self, word: str) -> int | None:
        row = self._text.words.row(word)
        return row if row is not None and row < len(self._words) else None


def read_text(part: PlacedClause) -> str:
    """Return the text that a clause was read as: its noun, or those of its words that count."""
    return part.terms[0][0] if len(part.terms) == 1 else part.text or part.clause.text
