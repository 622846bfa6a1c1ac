"""Text → a unit vector in the space the pictures are mapped into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from devise_core.datatypes import WordHit
from devise_core.errors import QueryError, UnknownWordError
from devise_core.text.morphology import Morphology
from devise_core.text.noun_store import NounStore
from devise_core.text.query import PlacedClause, Query
from devise_core.text.query_parser import Clause
from devise_core.text.query_reader import weighted_sum
from devise_core.text.tokens import Phrases, check_text, tokens
from devise_core.text.word_store import WordStore
from devise_core.vectors import Floats, without

MAX_HITS = 1_000
MENDED = 8
"""Of so many unknown words of a text other forms and spellings are looked for: each takes 10 to 20 ms, and there is room for
hundreds."""

ARTICLES = ("a", "an", "the")

FAMILIAR = 20_000
"""A term is explained by words up to this rank: a person knows them, and they are found in a tenth of the time."""


class WordVectorEncoder:
    """Reads a query and places it.

    A query is a sum of clauses (``language.py``). A clause that is a noun of the list takes the noun's vector, which knows
    its kind. Any other is the sum of its words' unit vectors, each weighted by its rarity, so that in "a bird near the
    water" two words decide. Last, the strongest directions that all label vectors share are taken out: they say "a thing",
    and tell no thing from another (Mu & Viswanath, 2018, "All-but-the-top").
    """

    def __init__(self, words: WordStore, nouns: NounStore, directions: Floats) -> None:
        self.words, self.nouns, self.directions = words, nouns, directions
        self.phrases, self.forms = Phrases(words), Morphology(words, nouns)

    def nearest_words(self, query: Query, k: int) -> list[WordHit]:
        """The ``k`` words nearest to a query, its own left out; in the word vectors themselves where no picture is in it.

        So "king - man + woman" finds "queen" (Mikolov et al., 2013, "Linguistic regularities in continuous space word
        representations").
        """
        used = {word for part in query.clauses for word, _ in part.known}
        if any(part.clause.kind == "picture" for part in query.clauses):
            hits = self.words.nearest(query.vector, k + len(used), self.directions)
        else:
            among_words = [self._among_words(part) for part in query.clauses]
            hits = self.words.nearest(weighted_sum(among_words), k + len(used))
        return [hit for hit in hits if hit.word not in used][:k]

    def nearest_to(self, word: str, k: int) -> list[WordHit]:
        """The ``k`` frequent words nearest to a word or noun of a ``Reading`` in the word vectors, its own words left out."""
        known, _ = self.phrases.known(word)
        if not known:
            return self.nouns.nearest(self.embed(word), k)
        used = {word, *(part for part, _ in known)}
        hits = self.words.nearest(self.phrases.vector([row for _, row in known]), k + len(used), among=FAMILIAR)
        return [hit for hit in hits if hit.word not in used][:k]

    def embed(self, text: str) -> Floats:
        """Unit vector ``(d,)`` of words taken as they stand, operators and all: a label or a caption is no query."""
        noun = self._noun(check_text(text))
        if noun is not None:
            return self.nouns.vector(noun)
        known, unknown = self.phrases.known(text)
        if not known:
            raise UnknownWordError(self.spellings(unknown))
        return self._phrase(known, unknown)[0]

    def place(self, clause: Clause) -> PlacedClause:
        """Place a clause of words: a noun of the list, or the words that are known."""
        noun, (known, unknown) = self._noun(clause.text), self.phrases.known(clause.text)
        read_as = self._other_forms(clause.text, unknown) if noun is None else {}
        if read_as:
            text = " ".join(read_as.get(token, token) for token in tokens(clause.text))
            noun, (known, unknown) = self._noun(text), self.phrases.known(text)
        if noun is not None:
            return PlacedClause(clause, self.nouns.vector(noun), [(self.nouns.nouns[noun], 1.0)], known, (), read_as)
        if not known:
            return PlacedClause(clause, None, unknown=unknown)
        vector, terms = self._phrase(known, unknown)
        return PlacedClause(clause, vector, terms, known, [word for word in unknown if word not in ARTICLES], read_as)

    def _other_forms(self, text: str, unknown: Sequence[str]) -> dict[str, str]:
        """What to read a lone hyphened word and unknown words as, where another form of them is known."""
        words = tokens(text)
        if len(words) == 1 and words[0] not in self.words and (noun := self.forms.hyphened_noun(words[0])):
            return {words[0]: noun}
        return {word: form for word in unknown[:MENDED] if (form := self.forms.of(word))}

    def _phrase(self, known: Sequence[tuple[str, int]], unknown: Sequence[str]) -> tuple[Floats, list[tuple[str, float]]]:
        """Unit vector of the known words of a phrase, and what it was read as."""
        noun = self.nouns.row(" ".join(word for word, _ in known)) if unknown else None
        if noun is not None:  # what is left without the unknown words is a noun
            return self.nouns.vector(noun), [(self.nouns.nouns[noun], 1.0)]
        rows = [row for _, row in known]
        weights = self.words.rarity(rows)
        terms = [(word, float(share)) for (word, _), share in zip(known, weights / weights.sum(), strict=True)]
        return without(self.phrases.vector(rows), self.directions), terms

    def spellings(self, unknown: Iterable[str]) -> dict[str, list[str]]:
        """Map each unknown word to its nearest spellings; only the first ``MENDED`` are looked up."""
        return {word: self.words.spellings(word) if place < MENDED else [] for place, word in enumerate(unknown)}

    def _among_words(self, part: PlacedClause) -> PlacedClause:
        """The clause with its words' own vector in place of a noun's."""
        rows = list(dict.fromkeys(row for _, row in part.known))
        return replace(part, vector=self.phrases.vector(rows)) if rows else part

    def _noun(self, text: str) -> int | None:
        """The row of the noun that the whole of ``text`` is, an article apart."""
        words = tokens(text)
        if len(words) > 1 and words[0] in ARTICLES:
            words = words[1:]
        return self.nouns.row(" ".join(words))


def check_k(k: int) -> int:
    """``k`` itself, where it is a whole number from 1 to ``MAX_HITS``; more than a collection holds gives all of it."""
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= MAX_HITS:
        raise QueryError(f"k is the number of results, a whole number from 1 to {MAX_HITS}. Received: {k!r}.")
    return int(k)
