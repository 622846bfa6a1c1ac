"""The vocabulary of word vectors: all words with the vectors they were trained with, and a list of nouns."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import islice

from devise_core.datatypes import WordHit
from devise_core.errors import UnknownWordError
from devise_core.text.completion import complete
from devise_core.text.morphology import Morphology
from devise_core.text.noun_store import PLURALS, NounStore
from devise_core.text.offered_words import may_offer
from devise_core.text.plain_form import plain_form
from devise_core.text.query import PlacedClause, Query
from devise_core.text.query_reader import weighted_sum
from devise_core.text.real_words import FAMILIAR, RARE, RealWords
from devise_core.text.speller import SURE_LENGTH, Speller
from devise_core.text.tokens import Phrases, tokens
from devise_core.text.vocabulary import MAX_LOOKUPS, Vocabulary
from devise_core.text.word_filter import ALLOW_ALL, WordFilter
from devise_core.text.word_store import WordStore
from devise_core.vectors import Floats, Rows, unit, without

ARTICLES = ("a", "an", "the")

MAX_KEPT = 4_096
"""How many texts are kept with the words near them."""

_SPARE = 40
"""How many more words are searched for than are needed, because a second search takes as long as the first. Of the 32 words nearest
to a noun, up to half are not offered."""

_POOL = 150
"""Among this many nearest familiar words there is a noun that a word path has not used yet."""


class WordVocabulary(Vocabulary):
    """Words and nouns of one embedding space.

    Args:
        words: All words, with the vectors they were trained with.
        nouns: Nouns, with vectors in the embedding space.
        directions: Orthonormal rows ``(m, d)`` that the embedding space lacks. They are taken out of a word's vector
            before it is compared with a vector of that space.
        word_filter: The words that may be offered.
    """

    def __init__(self, words: WordStore, nouns: NounStore, directions: Floats, word_filter: WordFilter = ALLOW_ALL) -> None:
        self.words, self.nouns, self.directions, self.word_filter = words, nouns, directions, word_filter
        self._known_similar: dict[tuple[str, int], list[WordHit]] = {}
        self.phrases, self.morphology = Phrases(words), Morphology(words, nouns)
        self._real = RealWords(words, nouns)
        self.speller = Speller(words, nouns, self._real, word_filter)

    def __len__(self) -> int:
        return len(self.words)

    @property
    def noun_count(self) -> int:
        """The number of nouns."""
        return len(self.nouns)

    def noun_row(self, text: str) -> int | None:
        """Return the row of the noun that ``text`` is, with or without an article; None if it is no noun."""
        words = tokens(text)
        if len(words) > 1 and words[0] in ARTICLES:
            words = words[1:]
        row = self.nouns.row(" ".join(words))
        return row if row is not None or text.isascii() else self.nouns.row(" ".join(map(plain_form, words)))

    def is_noun(self, text: str) -> bool:
        """Whether the whole ``text`` is a noun, with or without an article."""
        return self.noun_row(text) is not None

    def is_familiar_noun(self, word: str) -> bool:
        """Whether a word is a noun and among the ``FAMILIAR`` most frequent words."""
        row = self.words.row(word)
        return row is not None and row < FAMILIAR and self.is_noun(word)

    def spellings(self, unknown: Iterable[str]) -> dict[str, list[str]]:
        """Map each unknown word to its nearest spellings."""
        return {word: self.speller.offered(word) if place < MAX_LOOKUPS else [] for place, word in enumerate(unknown)}

    def corrections(self, words: Iterable[str], texts: Sequence[str] = ()) -> dict[str, str]:
        """Map misspelled words to the noun or frequent word that differs in one letter, or in two for a long word.

        A spelling that is a noun together with the word beside it wins: "strnged instrument" is a "stringed instrument".
        """
        looked_up = list(islice(words, MAX_LOOKUPS))
        corrected = {word: right for word in looked_up if (right := self.speller.correction(word))}
        for word in looked_up:
            beside = [of_text for text in texts if word in (of_text := tokens(text))]
            if in_phrase := next(filter(None, (self.speller.in_phrase(each, word, corrected) for each in beside)), None):
                corrected[word] = in_phrase
        return corrected

    def rare_words(self, words: Iterable[str]) -> list[str]:
        """Return the words beyond rank ``RARE`` that are no nouns, and short words that are typing errors."""
        return [
            word
            for word in dict.fromkeys(words)
            if (self._real.is_rare(word) if len(word) >= SURE_LENGTH else self.speller.short(word))
        ]

    def only_rare(self, words: Sequence[str]) -> bool:
        """Whether there are words other than articles, and all of them are beyond rank ``RARE`` and not nouns."""
        others = [word for word in words if word not in ARTICLES]
        return bool(others) and all(map(self._real.is_rare, others))

    def complete(self, text: str, k: int) -> list[tuple[int, str]]:
        """Return up to ``k`` completions of the end of ``text``, without words about people."""
        return complete(text, self.words, self.nouns, k, lambda word: self._may_offer(word) and may_offer(word))

    def nearest_words(self, vector: Floats, k: int) -> list[WordHit]:
        """Return the ``k`` words nearest to a unit ``vector`` ``(d,)`` of the embedding space."""
        return self._allowed(partial(self.words.nearest, vector, directions=self.directions, among=RARE), k)

    def nearest_nouns(self, vector: Floats, k: int) -> list[WordHit]:
        """Return the ``k`` nouns nearest to a unit ``vector`` ``(d,)``."""
        return self.nouns.nearest(vector, k, self._blocked_nouns)

    def nearest_nouns_each(self, vectors: Floats, k: int) -> list[list[str]]:
        """Return the ``k`` nouns nearest to each of the unit rows ``(n, d)``."""
        return self.nouns.nearest_each(vectors, k, self._blocked_nouns)

    def random_nouns(self, count: int, seed: int) -> Floats:
        """Return unit rows ``(≤ count, d)`` of random nouns."""
        return self.nouns.random_vectors(count, seed)

    def mean_of_nearest_words(self, vector: Floats, k: int) -> Floats:
        """Return the unit mean ``(d,)`` of the ``k`` nearest words. They are not shown, so none is left out."""
        rows = [row for hit in self.words.nearest(vector, k, self.directions) if (row := self.words.row(hit.word)) is not None]
        return without(unit(self.words.unit(rows).mean(axis=0)), self.directions)

    def similar_words(self, query: Query, k: int) -> list[WordHit]:
        """Return the ``k`` words nearest to a query, without the words of the query.

        "king - man + woman" finds "queen" (Mikolov et al., 2013, "Linguistic regularities in continuous space word
        representations"). A sum also leaves out the singular and the plural of its words. Otherwise "puppy - dog + cat" would find
        "puppies". The words found for a text are kept, because a page asks for them in each of its runs.
        """
        used = {word for part in query.clauses for word, _ in part.known}
        if len(query.clauses) > 1:
            used |= set(self._other_forms(used))
        if any(part.clause.kind == "picture" for part in query.clauses):
            return self._allowed(partial(self.words.nearest, query.vector, directions=self.directions, among=RARE), k, used)
        hits = self._known_similar.get((query.text, k))
        if hits is None:
            vector = weighted_sum([self._among_words(part) for part in query.clauses])
            search = partial(self.words.nearest, vector, among=RARE)
            hits = self._allowed(search, k, used)
            if len(self._known_similar) >= MAX_KEPT:
                self._known_similar.clear()
            self._known_similar[query.text, k] = hits
        return list(hits)

    def similar_to_term(self, word: str, k: int) -> list[WordHit]:
        """Return the ``k`` familiar words nearest to a word or noun."""
        known, _ = self.phrases.known(word)
        if known:
            used = {word, *(part for part, _ in known)}
            search = partial(self.words.nearest, self.phrases.vector([row for _, row in known]), among=FAMILIAR)
            return self._allowed(search, k, used)
        noun = self.noun_row(word)
        if noun is None:
            raise UnknownWordError(self.spellings([word]))
        return self.nearest_nouns(self.nouns.vector(noun), k)

    def word_vector(self, text: str) -> tuple[Floats, set[str]]:
        """Return the unit vector ``(d,)`` of a text in the word vectors, and its words."""
        known, unknown = self.phrases.known(text)
        if unknown or not known:
            raise UnknownWordError(self.spellings(unknown or [text]))
        return self.phrases.vector([row for _, row in known]), {word for word, _ in known}

    def familiar_nouns(self, vector: Floats) -> Iterator[WordHit]:
        """Yield familiar nouns in the singular, nearest first."""
        hits = self.words.nearest(vector, _POOL, among=FAMILIAR)
        return (
            hit for hit in hits if self._is_singular_noun(hit.word) and self.word_filter.allows(hit.word) and may_offer(hit.word)
        )

    def _allowed(self, search: Callable[[int], list[WordHit]], k: int, used: Container[str] = ()) -> list[WordHit]:
        """Return the first ``k`` words that may be offered and are not in ``used``. ``search`` returns a given number of words."""
        count = k + _SPARE
        while True:
            hits = search(count)
            allowed = [hit for hit in hits if hit.word not in used and self._may_offer(hit.word)]
            if len(allowed) >= k or len(hits) < count:
                return allowed[:k]
            count *= 2

    def _other_forms(self, words: Iterable[str]) -> Iterator[str]:
        """Yield the singulars and regular plurals of words, known or not."""
        for word in words:
            for plural, singular in PLURALS:
                for ending, other in ((plural, singular), (singular, plural)):
                    if word.endswith(ending):
                        yield word.removesuffix(ending) + other

    def _may_offer(self, word: str) -> bool:
        """Whether a word may be shown to people who did not type it: a real one that the operator allows."""
        return word in self._real and self.word_filter.allows(word)

    @cached_property
    def _blocked_nouns(self) -> Rows:
        return self.nouns.blocked_rows(self.word_filter)

    def _is_singular_noun(self, word: str) -> bool:
        row = self.nouns.row(word)
        return row is not None and self.nouns.nouns[row] == word

    def _among_words(self, part: PlacedClause) -> PlacedClause:
        """Return the clause with the vector of its words in place of a noun's."""
        rows = list(dict.fromkeys(row for _, row in part.known))
        return replace(part, vector=self.phrases.vector(rows)) if rows else part
