"""Find known forms of a word that the vocabulary lacks: its parts, its singular or its plural.

A word's row in the word store is its frequency rank: the most frequent word has rank 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from devise_core.text.noun_store import PLURALS, NounStore
from devise_core.text.real_words import COMMON
from devise_core.text.word_store import SPELLING_POOL, WordStore

MAX_PART_RANK = 3_000
"""A compound that is not in the noun list is split only into words with a frequency rank below this number.

This rule wrongly splits 0.4% of 16,612 nouns with one typing error. A limit of 10,000 would split 1.4%. No noun with a typing error
is split into a noun of the list.
"""

RARE = 20_000
"""A word with a frequency rank below this number is read as it is, even if it joins a noun of two words, such as "website"."""

QUALITIES = frozenset(
    (
        *("black", "blue", "brown", "golden", "gray", "green", "grey", "orange", "pink", "purple", "red", "silver", "white"),
        *("yellow", "big", "broad", "cold", "dark", "dry", "flat", "free", "fresh", "hard", "heavy", "high", "hot", "large"),
        *("long", "low", "new", "old", "open", "short", "small", "soft", "sweet", "wet", "wild", "young"),
    )
)

SHORTEST = 3
"""The fewest letters of each part of a compound, and of a singular or plural that is tried."""


class Morphology:
    """Finds the forms of a word that a vocabulary or a noun list contains."""

    def __init__(self, words: WordStore, nouns: NounStore) -> None:
        self.words, self.nouns = words, nouns

    def known_form(self, token: str) -> str | None:
        """Return the known form to use in place of an unknown lower-case ``token``, or None if no form is known."""
        joined = re.sub(r"[-.']", "", token)
        if len(joined) <= SHORTEST:
            return None
        if joined != token and self._is_common(joined):
            return joined
        return self._other_number(joined) or self._compound(joined)

    def noun_without_hyphens(self, token: str) -> str | None:
        """Return the noun that ``token`` is without its hyphens, such as "seahorse" for "sea-horse", or None."""
        forms = (token.replace("-", ""), token.replace("-", " ")) if "-" in token.strip("-") else ()
        return next((form for form in forms if self.nouns.row(form) is not None), None)

    def noun_of_compound(self, token: str) -> str | None:
        """Return the noun of several words that a rare ``token`` joins, such as "fire truck" for "firetruck", or None."""
        row = self.words.row(token)
        if row is None or row < RARE:
            return None
        for cut in range(SHORTEST, len(token) - SHORTEST + 1):
            noun = self.nouns.row(f"{token[:cut]} {token[cut:]}")
            if noun is not None:
                return self.nouns.nouns[noun]
        return self._joined_nouns.get(token)

    def joined(self, words: Sequence[str]) -> str | None:
        """Return the common noun that two words form when they are joined, such as "butterfly" for "butter fly", or None.

        Words that begin with an adjective of ``QUALITIES``, such as "green house", are not joined.
        """
        if (
            len(words) != 2
            or words[0] in QUALITIES
            or min(map(len, words)) < SHORTEST
            or self.nouns.row(" ".join(words)) is not None
        ):
            return None
        row = self.nouns.row("".join(words))
        return self.nouns.nouns[row] if row is not None and self._is_common(self.nouns.nouns[row]) else None

    def _other_number(self, token: str) -> str | None:
        """Return a singular or plural of ``token`` that is a real word (see ``_is_real``), or None."""
        row = self.nouns.row(token)
        singulars = [self.nouns.nouns[row]] if row is not None else []
        for plural, singular in PLURALS:
            if token.endswith(plural) and len(token) > len(plural) + 1:
                singulars.append(token.removesuffix(plural) + singular)
        plurals = [token + "s", token + "es", *([token[:-1] + "ies"] if token.endswith("y") else [])]
        return next((form for form in (*singulars, *plurals) if len(form) >= SHORTEST and self._is_real(form)), None)

    def _is_real(self, word: str) -> bool:
        """Return whether a word is a noun, or too frequent to be a misspelling. So "forress" is not read as "forres"."""
        row = self.words.row(word)
        return row is not None and row < (SPELLING_POOL if self.nouns.row(word) is not None else COMMON)

    def _is_common(self, word: str) -> bool:
        row = self.words.row(word)
        return row is not None and row < SPELLING_POOL

    def _compound(self, token: str) -> str | None:
        """Return ``token`` split into words: a noun of the list, or the two words whose rarer one is the most frequent, or None."""
        splits = []
        for cut in range(SHORTEST, len(token) - SHORTEST + 1):
            parts = token[:cut], token[cut:]
            row, ranks = self.nouns.row(" ".join(parts)), [self._part_ranks.get(part) for part in parts]
            if row is not None:
                splits.append((0, row, " ".join(parts)))
            elif all(rank is not None for rank in ranks):
                splits.append((1, max(rank for rank in ranks if rank is not None), " ".join(parts)))
        if noun := self._joined_nouns.get(token):
            splits.append((0, len(self.nouns), noun))
        return min(splits)[2] if splits else None

    @cached_property
    def _joined_nouns(self) -> dict[str, str]:
        """Nouns with a hyphen or more than two words. Each key is such a noun joined into one word, or that word with an "s"."""
        joined: dict[str, str] = {}
        for noun in self.nouns.nouns:
            if "-" in noun or noun.count(" ") > 1:
                parts = re.split(r"[ -]", noun)
                if min(map(len, parts)) >= SHORTEST:
                    joined.setdefault("".join(parts), noun)
        return {f"{letters}s": noun for letters, noun in joined.items()} | joined

    @cached_property
    def _part_ranks(self) -> dict[str, int]:
        return {self.words.word(row): row for row in range(min(MAX_PART_RANK, len(self.words)))}
