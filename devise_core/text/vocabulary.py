"""What an encoder with a list of words can do besides encoding: spell, complete, compare and name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

from devise_core.datatypes import WordHit
from devise_core.text.query import Query
from devise_core.vectors import Floats

MAX_LOOKUPS = 4
"""How many unknown words of one text are looked up. A lookup takes 5 to 10 ms, and a text has room for hundreds of words."""


class Vocabulary(ABC):
    """Words and nouns with a vector each.

    What it returns is offered to people who did not type it, so it leaves out unsuitable words. ``word_vector`` reads any word.

    Only some text encoders have one. Whatever needs a vocabulary must say so where there is none, as the engine does with
    ``NoVocabularyError``. ``WordVocabulary`` is the implementation over word vectors.

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
        """Whether the whole ``text`` is a noun, with or without an article. A query that is one is read as it is."""
        return False

    def is_familiar_noun(self, word: str) -> bool:  # noqa: ARG002
        """Whether a word is a noun that people know, so that it need not be the beginning of another word."""
        return False

    @abstractmethod
    def spellings(self, unknown: Iterable[str]) -> dict[str, list[str]]:
        """Map each unknown word to known words that are spelled like it, nearest first.

        Only the first ``MAX_LOOKUPS`` words are looked up; the others get an empty list.

        Args:
            unknown: Words in lower case.

        Returns:
            Each word with its spellings.
        """

    @abstractmethod
    def corrections(self, words: Iterable[str], texts: Sequence[str] = ()) -> dict[str, str]:
        """Map words that are surely misspelled to the right spelling.

        Args:
            words: Words in lower case. The first ``MAX_LOOKUPS`` are looked up.
            texts: Texts that the words are in. The words beside a misspelled one tell what it is.

        Returns:
            Misspelled word → right spelling. Words that may be right are not in it.
        """

    @abstractmethod
    def rare_words(self, words: Iterable[str]) -> list[str]:
        """Return the known words that are so rare that they may be misspelled."""

    def only_rare(self, words: Sequence[str]) -> bool:  # noqa: ARG002
        """Whether all of these known words are so rare that their vectors may mean nothing."""
        return False

    @abstractmethod
    def complete(self, text: str, k: int) -> list[tuple[int, str]]:
        """Complete the end of a text.

        Args:
            text: What is typed so far.
            k: How many completions to return at most.

        Returns:
            The offset in characters that each replaces the text from, and the word or noun.
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
        """Return the nouns nearest to a vector of the embedding space, among those common enough to name an image.

        Args:
            vector: A unit vector ``(d,)``.
            k: How many nouns to return.

        Returns:
            The nouns with their cosines, from -1 to 1, the nearest first.
        """

    @abstractmethod
    def nearest_nouns_each(self, vectors: Floats, k: int) -> list[list[str]]:
        """Return what ``nearest_nouns`` does for each of several vectors, without the cosines.

        Args:
            vectors: Unit rows ``(n, d)``.
            k: How many nouns to return for each. It is small.
        """

    @abstractmethod
    def random_nouns(self, count: int, seed: int) -> Floats:
        """Return the vectors of nouns that are drawn at random, among those of ``nearest_nouns``.

        Args:
            count: How many nouns to draw. There are fewer if the vocabulary has fewer.
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

        The words are compared in the word vectors themselves, unless the query names an image.

        Args:
            query: The query.
            k: How many words to return.

        Returns:
            The words with their cosines, from -1 to 1, the nearest first.
        """

    @abstractmethod
    def similar_to_term(self, word: str, k: int) -> list[WordHit]:
        """Return the familiar words nearest to one word or noun, without its own words.

        Args:
            word: A word or noun of a ``Reading``.
            k: How many words to return.

        Returns:
            The words with their cosines, from -1 to 1, the nearest first.

        Raises:
            UnknownWordError: The word is not in the vocabulary.
        """

    @abstractmethod
    def word_vector(self, text: str) -> tuple[Floats, set[str]]:
        """Return the unit vector ``(d,)`` of ``text`` in the word vectors themselves, and its words.

        Raises:
            UnknownWordError: A word is not in the vocabulary.
        """

    @abstractmethod
    def familiar_nouns(self, vector: Floats) -> Iterator[WordHit]:
        """Yield familiar nouns in the singular near a vector.

        Args:
            vector: A unit vector ``(d,)`` of the word vectors themselves.

        Yields:
            The nouns with their cosines, the nearest first.
        """
