"""Syntax of other search programs that a query does not support: weights with a colon. The error says how to write them here."""

from __future__ import annotations

import re

from devise_core.errors import QueryError, shortened

_LETTERS = r"[^\W\d_]+(?:[-'’][^\W\d_]+)*"
_COLON = re.compile(rf"\(?({_LETTERS})?[:：]([0-9](?:\.[0-9]+)?|\.[0-9]+)[).,;!?]*")
"""A word, a colon and a number with one digit before the point, as in dog:0.5. The word is missing after a phrase in quotes.

It matches no time, no URL and no name such as "re:zero" or "apollo:13".
"""


def refuse_colon_weight(text: str, at: int, end: int, phrase: str = "") -> None:
    """Refuse ``text`` from ``at`` to ``end`` if it is a word with a colon and a weight, or a colon and a weight after ``phrase``.

    Args:
        text: The query.
        at: Where the part to look at starts.
        end: Where it ends.
        phrase: The phrase in quotes directly before it, with its quotes. Empty if there is none.

    Raises:
        QueryError: It is such a weight. The error says how to write it, and has the position of the colon.
    """
    colon = _COLON.fullmatch(text, at, end)
    word = phrase or (colon and colon[1])
    if colon and word and float(colon[2]) > 0:
        raise QueryError(
            f"Did you mean {shortened(word)}^{colon[2]}? Write “^” in place of the colon at character {colon.start(2)}. "
            "To search for the text itself, put all of it in quotes.",
            colon.start(2) - 1,
        )
