"""Other forms of a word that the vocabulary lacks: its parts, its singular, its plural."""

from __future__ import annotations

import re
from functools import cached_property

from devise_core.text.noun_store import PLURALS, NounStore
from devise_core.text.word_store import SPELLING_POOL, WordStore

FREQUENT = 3_000
"""A compound that is no noun of the list is taken apart into words up to this rank. Of 16,612 nouns with one slip of the finger
0.4% fall apart so, 1.4% with words up to rank 10,000; taken apart into nouns of the list, none does."""

SHORTEST = 3
"""Letters of a part of a compound, and of any form."""


class Morphology:
    """Reads words by the forms of them that one vocabulary and one list of nouns know."""

    def __init__(self, words: WordStore, nouns: NounStore) -> None:
        self.words, self.nouns = words, nouns

    def of(self, token: str) -> str | None:
        """What to read ``token`` as, lower case and unknown as it stands; None where no form of it is known."""
        joined = re.sub(r"[-.']", "", token)
        if len(joined) <= SHORTEST:
            return None
        if joined != token and self._common(joined):
            return joined
        return self._other_number(joined) or self._compound(joined)

    def hyphened_noun(self, token: str) -> str | None:
        """The noun that ``token`` is without its hyphens: "seahorse" or "sea horse" for "sea-horse"."""
        forms = (token.replace("-", ""), token.replace("-", " ")) if "-" in token.strip("-") else ()
        return next((form for form in forms if self.nouns.row(form) is not None), None)

    def _other_number(self, token: str) -> str | None:
        row = self.nouns.row(token)
        singular = [self.nouns.nouns[row]] if row is not None else []
        for many, one in PLURALS:
            if token.endswith(many) and len(token) > len(many) + 1:
                singular.append(token.removesuffix(many) + one)
        plural = [token + "s", token + "es", *([token[:-1] + "ies"] if token.endswith("y") else [])]
        return next((form for form in (*singular, *plural) if len(form) >= SHORTEST and self._common(form)), None)

    def _common(self, word: str) -> bool:
        row = self.words.row(word)
        return row is not None and row < SPELLING_POOL

    def _compound(self, token: str) -> str | None:
        """``token`` in two: a noun of the list before others, then the one whose rarer word is the most frequent."""
        found = []
        for cut in range(SHORTEST, len(token) - SHORTEST + 1):
            parts = token[:cut], token[cut:]
            row, ranks = self.nouns.row(" ".join(parts)), [self._frequent.get(part) for part in parts]
            if row is not None:
                found.append((0, row, " ".join(parts)))
            elif all(rank is not None for rank in ranks):
                found.append((1, max(rank for rank in ranks if rank is not None), " ".join(parts)))
        return min(found)[2] if found else None

    @cached_property
    def _frequent(self) -> dict[str, int]:
        return {self.words.word(row): row for row in range(min(FREQUENT, len(self.words)))}
