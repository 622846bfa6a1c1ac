"""Text → a unit vector in the space the pictures are mapped into."""

from __future__ import annotations

import numpy as np

from devise_core.datatypes import Reading, Term
from devise_core.errors import QueryError, UnknownWordError
from devise_core.nouns import NounStore
from devise_core.phrase import Phrases, tokens
from devise_core.vectors import Floats, without
from devise_core.words import WordStore

MAX_CHARACTERS = 1_000
MAX_HITS = 1_000


class TextSpace:
    """Reads a query and places it.

    A query that is a noun of the list takes the noun's vector, which knows its kind. Any other is the sum of its words' unit
    vectors, each weighted by its rarity, so that in "a bird near the water" two words decide. Last, the strongest
    directions that all label vectors share are taken out: they say "a thing", and tell no thing from another (Mu &
    Viswanath, 2018, "All-but-the-top").
    """

    def __init__(self, words: WordStore, nouns: NounStore, directions: Floats) -> None:
        self.words, self.nouns, self.directions = words, nouns, directions
        self.phrases = Phrases(words)

    def read(self, text: str) -> Reading:
        """How ``text`` is read: its words with their weights, and the unknown ones with their nearest spellings.

        Raises ``QueryError`` for an empty or overlong text, ``UnknownWordError`` where nothing of it is known.
        """
        noun = self._noun(text)
        known, unknown = self.phrases.known(text)
        if noun is not None and not known:  # a noun that only its kind places
            return Reading(text, (Term(self.nouns.nouns[noun], 1.0),), {})
        left_out = {word: self.words.spellings(word) for word in unknown}
        if not known:
            raise UnknownWordError(left_out)
        weights = self.words.rarity([row for _, row in known])
        shares = weights / weights.sum()
        terms = (Term(word, float(share)) for (word, _), share in zip(known, shares, strict=True))
        return Reading(text, tuple(terms), left_out)

    def embed(self, text: str) -> Floats:
        """Unit vector ``(d,)``. Raises as ``read`` does."""
        noun = self._noun(text)
        if noun is not None:
            return self.nouns.vector(noun)
        known, unknown = self.phrases.known(text)
        if not known:
            raise UnknownWordError({word: self.words.spellings(word) for word in unknown})
        noun = self.nouns.row(" ".join(word for word, _ in known)) if unknown else None
        if noun is not None:  # what is left without the unknown words is a noun
            return self.nouns.vector(noun)
        return without(self.phrases.vector([row for _, row in known]), self.directions)

    def _noun(self, text: str) -> int | None:
        """The row of the noun that the whole of ``text`` is, an article apart."""
        if len(text) > MAX_CHARACTERS:
            raise QueryError(f"The query has {len(text)} characters; at most {MAX_CHARACTERS} are read: shorten it.",
                             MAX_CHARACTERS)
        words = tokens(text)
        if not words:
            raise QueryError("There is no word to search for: type the name of a thing, such as “violin”.", 0)
        if len(words) > 1 and words[0] in ("a", "an", "the"):
            words = words[1:]
        return self.nouns.row(" ".join(words))


def check_k(k: int) -> int:
    """``k`` itself, where it is a whole number from 1 to ``MAX_HITS``; more than a collection holds gives all of it."""
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= MAX_HITS:
        raise QueryError(f"k is the number of results, a whole number from 1 to {MAX_HITS}. Received: {k!r}.")
    return int(k)
