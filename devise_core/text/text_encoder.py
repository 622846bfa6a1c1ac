"""Text → a unit vector in the space the pictures are mapped into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from devise_core.datatypes import Reading, Term, WordHit
from devise_core.errors import QueryError, UnknownWordError
from devise_core.text.morphology import Morphology
from devise_core.text.noun_store import NounStore
from devise_core.text.query_parser import Clause, parse
from devise_core.text.tokens import Phrases, tokens
from devise_core.text.word_store import WordStore
from devise_core.vectors import Floats, unit, without

MAX_CHARACTERS = 1_000
MAX_HITS = 1_000
MENDED = 8
"""Of so many unknown words of a text other forms and spellings are looked for: each takes 10 to 20 ms, and there is room for
hundreds."""

ARTICLES = ("a", "an", "the")

PICTURE = 0.8
"""A picture's vector counts this much in a sum, where a phrase's counts 1. Pictures are nearer to each other than to words, and
differ more in it: this is the ratio of the standard deviations of the cosines with a word and with a picture (over `stamps`
0.16 to 0.19, over `photos` 0.17 to 0.22). The first ten for a picture + a word then stand about equally high in the order of
either alone (60 pictures × 20 words of each collection)."""

FAMILIAR = 20_000
"""A term is explained by words up to this rank: a person knows them, and they are found in a tenth of the time."""

CANCELLED = 1e-3
"""A sum shorter than this part of its terms' weights is rounding, not a direction."""

Like = Callable[[Clause], Floats]
"""Gives the unit vector of the picture a clause names. Raises ``QueryError`` for one it does not know."""


def no_pictures(clause: Clause) -> Floats:
    """For text alone."""
    raise QueryError(f"There is no picture “{clause.text}” here: search a collection, or leave “like:” out.", clause.start)


@dataclass(frozen=True)
class Part:
    """A clause and where it stands: a unit ``vector`` ``(d,)``, None where nothing of it is known.

    ``terms``: what it was read as, with shares that add up to 1. ``known``: its words with their rows.
    """

    clause: Clause
    vector: Floats | None
    terms: Sequence[tuple[str, float]] = ()
    known: Sequence[tuple[str, int]] = ()
    unknown: Sequence[str] = ()
    read_as: dict[str, str] = field(default_factory=dict)


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

    def read(self, text: str, like: Like = no_pictures) -> Reading:
        """How a query is read: its terms with their weights, and the unknown words with their nearest spellings.

        Raises ``QueryError`` for an empty or overlong text and for what the language does not allow, ``UnknownWordError``
        where nothing to look for is known.
        """
        parts = self._parts(text, like)
        total = sum(abs(part.clause.weight) for part in parts if part.vector is not None)
        terms = tuple(
            Term(word, part.clause.weight / total * share, part.clause.kind, part.clause.start, part.clause.end)
            for part in parts
            if part.vector is not None
            for word, share in part.terms
        )
        read_as = {word: form for part in parts for word, form in part.read_as.items()}
        return Reading(text, terms, self._left_out(parts), read_as)

    def embed_query(self, text: str, like: Like = no_pictures) -> Floats:
        """Unit vector ``(d,)`` of a query. Raises as ``read`` does, and ``QueryError`` where its terms cancel out."""
        return self._sum(self._parts(text, like))

    def nearest_words(self, text: str, k: int, like: Like = no_pictures) -> list[WordHit]:
        """The ``k`` words nearest to a query, its own left out; in the word vectors themselves where no picture is in it.

        So "king - man + woman" finds "queen" (Mikolov et al., 2013, "Linguistic regularities in continuous space word
        representations").
        """
        parts = self._parts(text, like)
        used = {word for part in parts for word, _ in part.known}
        if any(part.clause.kind == "picture" for part in parts):
            hits = self.words.nearest(self._sum(parts), k + len(used), self.directions)
        else:
            rows = [list(dict.fromkeys(row for _, row in part.known)) for part in parts]
            own = [replace(part, vector=self.phrases.vector(its)) if its else part for part, its in zip(parts, rows, strict=True)]
            hits = self.words.nearest(self._sum(own), k + len(used))
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
        noun = self._noun(_checked(text))
        if noun is not None:
            return self.nouns.vector(noun)
        known, unknown = self.phrases.known(text)
        if not known:
            raise UnknownWordError(self._spellings(unknown))
        return self._phrase(known, unknown)[0]

    def _parts(self, text: str, like: Like) -> list[Part]:
        """The clauses of a query, each where it stands. Raises as ``read`` does."""
        clauses = parse(_checked(text))
        parts = [
            Part(clause, unit(like(clause)), [(clause.text, 1.0)]) if clause.kind == "picture" else self._words(clause)
            for clause in clauses
        ]
        if not any(part.vector is not None and part.clause.weight > 0 for part in parts):
            raise UnknownWordError(self._left_out(parts))
        return parts

    def _words(self, clause: Clause) -> Part:
        noun, (known, unknown) = self._noun(clause.text), self.phrases.known(clause.text)
        read_as = self._other_forms(clause.text, unknown) if noun is None else {}
        if read_as:
            text = " ".join(read_as.get(token, token) for token in tokens(clause.text))
            noun, (known, unknown) = self._noun(text), self.phrases.known(text)
        if noun is not None:
            return Part(clause, self.nouns.vector(noun), [(self.nouns.nouns[noun], 1.0)], known, (), read_as)
        if not known:
            return Part(clause, None, unknown=unknown)
        vector, terms = self._phrase(known, unknown)
        return Part(clause, vector, terms, known, [word for word in unknown if word not in ARTICLES], read_as)

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

    def _sum(self, parts: Sequence[Part]) -> Floats:
        """The unit vector of Σ weight × vector; a single part keeps its own."""
        placed = [(part, part.vector) for part in parts if part.vector is not None]
        if len(placed) == 1:
            return placed[0][1]
        weights = [part.clause.weight * (PICTURE if part.clause.kind == "picture" else 1) for part, _ in placed]
        found = np.asarray(weights, dtype=np.float32) @ np.stack([vector for _, vector in placed])
        if np.linalg.norm(found) < CANCELLED * np.abs(weights).sum():
            raise QueryError(
                "The terms of the query cancel each other out: take one away, or give it another weight.",
                placed[-1][0].clause.start,
            )
        return unit(found)

    def _left_out(self, parts: Sequence[Part]) -> dict[str, list[str]]:
        return self._spellings(dict.fromkeys(word for part in parts for word in part.unknown))

    def _spellings(self, unknown: Iterable[str]) -> dict[str, list[str]]:
        return {word: self.words.spellings(word) if place < MENDED else [] for place, word in enumerate(unknown)}

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


def _checked(text: str) -> str:
    """``text``, where it is short enough and holds a word."""
    if len(text) > MAX_CHARACTERS:
        raise QueryError(f"The query has {len(text)} characters; at most {MAX_CHARACTERS} are read: shorten it.")
    if not tokens(text):
        raise QueryError("There is no word to search for: type the name of a thing, such as “violin”.")
    return text
