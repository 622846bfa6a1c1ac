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

NO_TYPO = 10_000
"""Words below this rank are hardly typing errors."""

MAX_KEPT = 4_096
"""How many query texts are kept with their nearest words."""

_SPARE = 40
"""How many words a search asks for beyond the number needed. Up to half of the 32 words nearest to a noun are not offered, and a
second search would take as long as the first."""

_POOL = 150
"""How many of the nearest familiar words are searched for a noun that a word path (steps from one word to another) has not used."""


class WordVocabulary(Vocabulary):
    """Words and nouns of one embedding space.

    Args:
        words: All words, with the vectors they were trained with.
        nouns: Nouns, with vectors in the embedding space.
        directions: Orthonormal rows ``(m, d)`` that were removed from the embedding space. They are also removed from a word
            vector before it is compared with a vector of the embedding space.
        word_filter: The words that the operator allows to be offered, that is, shown to people who did not type them.
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
        """Return the row of the noun ``text``, with or without an article, or None if ``text`` is not in the list of nouns."""
        words = tokens(text)
        if len(words) > 1 and words[0] in ARTICLES:
            words = words[1:]
        row = self.nouns.row(" ".join(words))
        return row if row is not None or text.isascii() else self.nouns.row(" ".join(map(plain_form, words)))

    def is_noun(self, text: str) -> bool:
        """Return whether the whole ``text`` is a noun, with or without an article."""
        return self.noun_row(text) is not None

    def is_familiar_noun(self, word: str) -> bool:
        """Return whether a word is a noun and among the ``FAMILIAR`` most frequent words."""
        row = self.words.row(word)
        return row is not None and row < FAMILIAR and self.is_noun(word)

    def spellings(self, unknown: Iterable[str]) -> dict[str, list[str]]:
        """Map each unknown word to similar spellings that may be offered. Only the first ``MAX_LOOKUPS`` words get spellings."""
        return {word: self.speller.offered(word) if place < MAX_LOOKUPS else [] for place, word in enumerate(unknown)}

    def corrections(self, words: Iterable[str], texts: Sequence[str] = ()) -> dict[str, str]:
        """Map each misspelled word to the noun or frequent word that differs from it in one letter, or in two if it is long.

        A spelling that forms a noun with the next or previous word in ``texts`` is preferred: "strnged instrument" is corrected
        to "stringed instrument".
        """
        looked_up = list(islice(words, MAX_LOOKUPS))
        corrected = {word: right for word in looked_up if (right := self.speller.correction(word))}
        for word in looked_up:
            beside = [of_text for text in texts if word in (of_text := tokens(text))]
            if in_phrase := next(filter(None, (self.speller.in_phrase(each, word, corrected) for each in beside)), None):
                corrected[word] = in_phrase
        return corrected

    def rare_words(self, words: Iterable[str]) -> list[str]:
        """Return words beyond rank ``RARE`` that are not nouns, and likely typing errors of fewer than ``SURE_LENGTH`` letters."""
        return [
            word
            for word in dict.fromkeys(words)
            if (self._real.is_rare(word) if len(word) >= SURE_LENGTH else self.speller.short(word))
        ]

    def thing_meant(self, word: str) -> str | None:
        """Return the thing that a word may be a typing error for. Nouns, and words below rank ``NO_TYPO``, are not."""
        row = self.words.row(word)
        is_right = row is None or row < NO_TYPO or self.noun_row(word) is not None or self._real.is_compound(word)
        return None if is_right else self.speller.thing_meant(word)

    def only_rare(self, words: Sequence[str]) -> bool:
        """Return whether ``words`` are not only articles, and all words except articles are beyond rank ``RARE`` and not nouns."""
        others = [word for word in words if word not in ARTICLES]
        return bool(others) and all(map(self._real.is_rare, others))

    def complete(self, text: str, k: int) -> list[tuple[int, str]]:
        """Return up to ``k`` completions of the end of ``text``, each with its offset in ``text``, without words about people."""
        return complete(text, self.words, self.nouns, k, lambda word: self._may_offer(word) and may_offer(word))

    def nearest_words(self, vector: Floats, k: int) -> list[WordHit]:
        """Return the ``k`` words that may be offered and are nearest to a unit ``vector`` ``(d,)`` of the embedding space."""
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
        """Return the unit mean ``(d,)`` of the ``k`` nearest words. These words are not shown, so none is filtered out."""
        rows = [row for hit in self.words.nearest(vector, k, self.directions) if (row := self.words.row(hit.word)) is not None]
        return without(unit(self.words.unit(rows).mean(axis=0)), self.directions)

    def similar_words(self, query: Query, k: int) -> list[WordHit]:
        """Return the ``k`` words nearest to a query, without the words of the query.

        "king - man + woman" finds "queen" (Mikolov et al., 2013, "Linguistic regularities in continuous space word
        representations"). For a query of several clauses, the singulars and plurals of its words are left out too. Otherwise
        "puppy - dog + cat" would find "puppies". The result for a text is kept, because a page asks for it in each run.
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
        """Return the ``k`` familiar words nearest to ``word``, or the nearest nouns if only the list of nouns knows ``word``."""
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
        """Return the unit vector ``(d,)`` of a text in the space of the word vectors, and the words of the text."""
        known, unknown = self.phrases.known(text)
        if unknown or not known:
            raise UnknownWordError(self.spellings(unknown or [text]))
        return self.phrases.vector([row for _, row in known]), {word for word, _ in known}

    def familiar_nouns(self, vector: Floats) -> Iterator[WordHit]:
        """Yield familiar nouns in the singular, the nearest to ``vector`` first."""
        hits = self.words.nearest(vector, _POOL, among=FAMILIAR)
        return (
            hit for hit in hits if self._is_singular_noun(hit.word) and self.word_filter.allows(hit.word) and may_offer(hit.word)
        )

    def _allowed(self, search: Callable[[int], list[WordHit]], k: int, used: Container[str] = ()) -> list[WordHit]:
        """Return the first ``k`` words that may be offered and are not in ``used``. ``search(n)`` finds the ``n`` nearest words."""
        count = k + _SPARE
        while True:
            hits = search(count)
            allowed = [hit for hit in hits if hit.word not in used and self._may_offer(hit.word)]
            if len(allowed) >= k or len(hits) < count:
                return allowed[:k]
            count *= 2

    def _other_forms(self, words: Iterable[str]) -> Iterator[str]:
        """Yield possible singulars and regular plurals of ``words``. Some of these forms are not known words."""
        for word in words:
            for plural, singular in PLURALS:
                for ending, other in ((plural, singular), (singular, plural)):
                    if word.endswith(ending):
                        yield word.removesuffix(ending) + other

    def _may_offer(self, word: str) -> bool:
        """Return whether a word may be offered: a real word (see ``RealWords``) that the operator allows."""
        return word in self._real and self.word_filter.allows(word)

    @cached_property
    def _blocked_nouns(self) -> Rows:
        return self.nouns.blocked_rows(self.word_filter)

    def _is_singular_noun(self, word: str) -> bool:
        row = self.nouns.row(word)
        return row is not None and self.nouns.nouns[row] == word

    def _among_words(self, part: PlacedClause) -> PlacedClause:
        """Return the clause with the vector of its known words, even if the clause is a noun with another vector."""
        rows = list(dict.fromkeys(row for _, row in part.known))
        return replace(part, vector=self.phrases.vector(rows)) if rows else part
