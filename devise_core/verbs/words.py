"""Compare words, and complete a query."""

from __future__ import annotations

from devise_core.datatypes import Reading, Term
from devise_core.errors import QueryError
from devise_core.hits import WordHits
from devise_core.search.index import check_k
from devise_core.text.query import Query
from devise_core.text.query_parser import Clause
from devise_core.text.tokens import check_is_text
from devise_core.vectors import Floats
from devise_core.verbs.base import EngineBase, Images


class WordVerbs(EngineBase):
    """The verbs that read text and return words."""

    def embed_text(self, text: str, pictures: Images | None = None) -> Floats:
        """Return the vector of a query.

        Args:
            text: A query, as ``query`` takes it.
            pictures: Images that ``like:NAME`` can name, as the argument ``images`` of ``query``.

        Returns:
            The unit vector ``float32 (d,)``.

        Raises:
            QueryError: The query cannot be read.
            UnknownWordError: None of the words to look for is known.

        Example:
            >>> engine.embed_text("horse jockey").shape
            (100,)
        """
        return self.query(text, pictures).vector

    def read_text(self, text: str, pictures: Images | None = None) -> Reading:
        """Return how a query is read.

        Args:
            text: A query, as ``query`` takes it.
            pictures: As the argument ``images`` of ``query``.

        Returns:
            The terms of the query with their weights, and the words that are left out or read in another form.

        Raises:
            QueryError: The query cannot be read.
            UnknownWordError: None of the words to look for is known.

        Example:
            >>> engine.read_text("a vioolin and a dog").corrected
            {'vioolin': Correction(form='violin', language='')}
        """
        return self.query(text, pictures).reading

    def similar_words(self, text: str | Query, k: int = 10, pictures: Images | None = None) -> WordHits:
        """Return the ``k`` words nearest to a query in the space of the word vectors, without the words of the query.

        Args:
            text: A word, a sum such as "king - man + woman", or what ``query`` returned for one.
            k: How many words to return, from 1 to 1000.
            pictures: As the argument ``images`` of ``query``.

        Returns:
            The words with their cosines, the nearest first.

        Raises:
            QueryError: ``k`` is out of range, or the query cannot be read.
            UnknownWordError: None of the words to look for is known.
            NoVocabularyError: The model has no vocabulary.

        Example:
            >>> [hit.word for hit in engine.similar_words("king - man + woman", k=1)]
            ['queen']
        """
        vocabulary = self._known_words()
        return WordHits(vocabulary.similar_words(self._as_query(text, pictures), check_k(k)))

    def nearest_to_term(self, term: Term, k: int = 5, pictures: Images | None = None) -> WordHits:
        """Return the ``k`` words nearest to one term of a ``Reading``.

        If the term has words, the result has familiar words. If the term names an image, the result has nouns.

        Args:
            term: The term.
            k: How many words to return, from 1 to 1000.
            pictures: As the argument ``images`` of ``query``, if the term names one of these images.

        Returns:
            The words with their cosines, the nearest first.

        Raises:
            QueryError: ``k`` is out of range, or the term names an unknown image.
            UnknownWordError: The word of the term is unknown.
            NoVocabularyError: The model has no vocabulary.

        Example:
            >>> term = engine.read_text("violin + dog").terms[1]
            >>> [hit.word for hit in engine.nearest_to_term(term, k=2)]
            ['cat', 'dogs']
        """
        vocabulary = self._known_words()
        if not isinstance(term, Term):
            raise QueryError(f"Give one of the terms that Engine.read_text returns. Received: {type(term).__name__}.")
        if term.kind == "words":
            return WordHits(vocabulary.similar_to_term(term.word, check_k(k)))
        vector = self._image_vector(pictures)(Clause(term.kind, term.word, 1.0, term.start, term.end))
        return WordHits(vocabulary.nearest_nouns(vector, check_k(k)))

    def complete(self, text: str, k: int = 8) -> list[tuple[int, str]]:
        """Complete a query that is being typed.

        Args:
            text: The part of the query that is typed so far.
            k: How many completions to return, from 1 to 1000.

        Returns:
            Up to ``k`` completions. Each is an offset in ``text``, and the words that replace ``text`` from there on. There are
            none if the model has no vocabulary.

        Raises:
            QueryError: ``k`` is out of range.

        Example:
            >>> engine.complete("blue viol", k=2)
            [(5, 'violin'), (5, 'violinist')]
        """
        return self.vocabulary.complete(check_is_text(text), check_k(k)) if self.vocabulary else []
