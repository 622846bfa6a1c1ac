"""What a text encoder with a list of words can do besides encoding: correct spelling, complete, compare and name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

from devise_core.datatypes import WordHit
from devise_core.text.query import Query
from devise_core.vectors import Floats

MAX_LOOKUPS = 4
"""How many unknown words of one text get spellings. Each takes 5 to 10 ms to look up, and a text may have hundreds of words."""


class Vocabulary(ABC):
    """Words and nouns with a vector each.

    The words that its methods return are shown to people who did not type them, so unsuitable words are left out. Only
    ``word_vector`` accepts any word.

    Only some text encoders have a vocabulary. Code that needs a vocabulary must report if there is none, as the engine does with
    ``NoVocabularyError``. ``WordVocabulary`` is the implementation for word vectors.

    Example:
        >>> engine.vocabulary.spellings(["vioolin"])["vioolin"][0]
        'violin'
    """

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of words."""

    @property
    @abstractmethod
    def noun_count(self) -> int:
        """The number of nouns."""

    def is_noun(self, text: str) -> bool:  # noqa: ARG002
        """Return whether the whole ``text`` is a noun, with or without an article. Such a query is read as one noun."""
        return False

    def is_familiar_noun(self, word: str) -> bool:  # noqa: ARG002
        """Return whether a word is a noun that people know, so that it is probably not the beginning of a longer word."""
        return False

    @abstractmethod
    def spellings(self, unknown: Iterable[str]) -> dict[str, list[str]]:
        """Map each unknown word to known words with a similar spelling, the most similar first.

        Only the first ``MAX_LOOKUPS`` words are looked up. All further words get an empty list.

        Args:
            unknown: Words in lower case.

        Returns:
            Unknown word → known words.
        """

    @abstractmethod
    def corrections(self, words: Iterable[str], texts: Sequence[str] = ()) -> dict[str, str]:
        """Map each word that is surely misspelled to its right spelling.

        Args:
            words: Words in lower case. Only the first ``MAX_LOOKUPS`` words are looked up.
            texts: Texts that contain the words. The neighbours of a misspelled word help to find the right spelling.

        Returns:
            Misspelled word → right spelling. Words that may be right are not included.
        """

    @abstractmethod
    def rare_words(self, words: Iterable[str]) -> list[str]:
        """Return those of ``words`` that are known but so rare that they may be misspelled."""

    def thing_meant(self, word: str) -> str | None:  # noqa: ARG002
        """Return the thing that a known word may be a typing error for, such as "castle" for the name "castel", or None."""
        return None

    def only_rare(self, words: Sequence[str]) -> bool:  # noqa: ARG002
        """Return whether all of these known words are so rare that their vectors may mean nothing."""
        return False

    @abstractmethod
    def complete(self, text: str, k: int) -> list[tuple[int, str]]:
        """Return completions of the end of a text.

        Args:
            text: The text that is typed so far.
            k: How many completions to return at most.

        Returns:
            Up to ``k`` completions, each as the offset in characters from which it replaces the text, and the word or noun.
        """

    @abstractmethod
    def nearest_words(self, vector: Floats, k: int) -> list[WordHit]:
        """Return the words nearest to a vector of the embedding space.

        Args:
            vector: A unit vector ``(d,)``.
            k: How many words to return.

        Returns:
            The words with their cosines, from -1 to 1, the nearest first.
        """

    @abstractmethod
    def nearest_nouns(self, vector: Floats, k: int) -> list[WordHit]:
        """Return the nouns nearest to a vector of the embedding space, among the nouns frequent enough to name an image.

        Args:
            vector: A unit vector ``(d,)``.
            k: How many nouns to return.

        Returns:
            The nouns with their cosines, from -1 to 1, the nearest first.
        """

    @abstractmethod
    def nearest_nouns_each(self, vectors: Floats, k: int) -> list[list[str]]:
        """Return the nouns that ``nearest_nouns`` returns for each of several vectors, without the cosines.

        Args:
            vectors: Unit rows ``(n, d)``.
            k: How many nouns to return for each vector. It should be small, because the time grows with it.
        """

    @abstractmethod
    def random_nouns(self, count: int, seed: int) -> Floats:
        """Return the vectors of random nouns. They are drawn from all nouns that ``nearest_nouns`` can return.

        Args:
            count: How many nouns to draw. Fewer are drawn if the vocabulary has fewer.
            seed: The seed of the draw.

        Returns:
            Unit rows ``(≤ count, d)``.
        """

    @abstractmethod
    def mean_of_nearest_words(self, vector: Floats, k: int) -> Floats:
        """Return the unit mean ``(d,)`` of the words nearest to a vector.

        Args:
            vector: A unit vector ``(d,)``.
            k: How many words to average, at least 1.
        """

    @abstractmethod
    def similar_words(self, query: Query, k: int) -> list[WordHit]:
        """Return the words nearest to a query, without the words of the query.

        The words are compared in the space of the word vectors, or in the embedding space if the query names an image.

        Args:
            query: The query.
            k: How many words to return.

        Returns:
            The words with their cosines, from -1 to 1, the nearest first.
        """

    @abstractmethod
    def similar_to_term(self, word: str, k: int) -> list[WordHit]:
        """Return the familiar words nearest to one word or noun, without the words of that term.

        Args:
            word: A word or noun that a query was read as, such as a term of a ``Reading``.
            k: How many words to return.

        Returns:
            The words with their cosines, from -1 to 1, the nearest first.

        Raises:
            UnknownWordError: The word is not in the vocabulary.
        """

    @abstractmethod
    def word_vector(self, text: str) -> tuple[Floats, set[str]]:
        """Return the unit vector ``(d,)`` of ``text`` in the space of the word vectors, and the words of ``text``.

        Raises:
            UnknownWordError: A word is not in the vocabulary.
        """

    @abstractmethod
    def familiar_nouns(self, vector: Floats) -> Iterator[WordHit]:
        """Yield familiar nouns near a vector, in the singular.

        Args:
            vector: A unit vector ``(d,)`` in the space of the word vectors.

        Yields:
            The nouns with their cosines, from -1 to 1, the nearest first.
        """
