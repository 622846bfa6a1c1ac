"""Other forms of a word that the vocabulary lacks: its parts, its singular and its plural."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from devise_core.text.noun_store import PLURALS, NounStore
from devise_core.text.real_words import COMMON
from devise_core.text.word_store import SPELLING_POOL, WordStore

MAX_PART_RANK = 3_000
"""A compound that is not in the noun list is only split into words up to this rank.

Of 16,612 nouns with one typing error, 0.4% are split by this rule. With words up to rank 10,000 it would be 1.4%. No noun with
a typing error is split into nouns of the list.
"""

RARE = 20_000
"""A word up to this rank is read as it is, even if it is a noun of two words without the space, such as "website"."""

QUALITIES = frozenset(
    (
        *("black", "blue", "brown", "golden", "gray", "green", "grey", "orange", "pink", "purple", "red", "silver", "white"),
        *("yellow", "big", "broad", "cold", "dark", "dry", "flat", "free", "fresh", "hard", "heavy", "high", "hot", "large"),
        *("long", "low", "new", "old", "open", "short", "small", "soft", "sweet", "wet", "wild", "young"),
    )
)

SHORTEST = 3
"""The fewest letters of a part of a compound, and of any form."""


class Morphology:
    """Reads a word by the forms of it that a vocabulary and a noun list know."""

    def __init__(self, words: WordStore, nouns: NounStore) -> None:
        self.words, self.nouns = words, nouns

    def known_form(self, token: str) -> str | None:
        """Return the known form that an unknown ``token`` in lower case is read as; None if no form of it is known."""
        joined = re.sub(r"[-.']", "", token)
        if len(joined) <= SHORTEST:
            return None
        if joined != token and self._is_common(joined):
            return joined
        return self._other_number(joined) or self._compound(joined)

    def noun_without_hyphens(self, token: str) -> str | None:
        """Return the noun that ``token`` is without its hyphens: "seahorse" or "sea horse" for "sea-horse"."""
        forms = (token.replace("-", ""), token.replace("-", " ")) if "-" in token.strip("-") else ()
        return next((form for form in forms if self.nouns.row(form) is not None), None)

    def noun_of_compound(self, token: str) -> str | None:
        """Return the noun of several words that gives a rare ``token`` when they are joined: "fire truck" for "firetruck"."""
        row = self.words.row(token)
        if row is None or row < RARE:
            return None
        for cut in range(SHORTEST, len(token) - SHORTEST + 1):
            noun = self.nouns.row(f"{token[:cut]} {token[cut:]}")
            if noun is not None:
                return self.nouns.nouns[noun]
        return self._joined_nouns.get(token)

    def joined(self, words: Sequence[str]) -> str | None:
        """Return the common noun that two words give when they are joined: "butterfly" for "butter fly"; else None.

        A colour or size before a thing, such as "green house", stays as it is.
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
        """Return the singular or the plural of ``token``, if it is known."""
        row = self.nouns.row(token)
        singulars = [self.nouns.nouns[row]] if row is not None else []
        for plural, singular in PLURALS:
            if token.endswith(plural) and len(token) > len(plural) + 1:
                singulars.append(token.removesuffix(plural) + singular)
        plurals = [token + "s", token + "es", *([token[:-1] + "ies"] if token.endswith("y") else [])]
        return next((form for form in (*singulars, *plurals) if len(form) >= SHORTEST and self._is_real(form)), None)

    def _is_real(self, word: str) -> bool:
        """Return whether a word is a noun or so frequent that it is no misspelling: "forress" is no plural of "forres"."""
        row = self.words.row(word)
        return row is not None and row < (SPELLING_POOL if self.nouns.row(word) is not None else COMMON)

    def _is_common(self, word: str) -> bool:
        row = self.words.row(word)
        return row is not None and row < SPELLING_POOL

    def _compound(self, token: str) -> str | None:
        """Split ``token``. A noun of the list wins, else the split in two whose rarer word is the most frequent."""
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
        """The nouns with hyphens or of more than two words, by their letters in the singular and the regular plural."""
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
