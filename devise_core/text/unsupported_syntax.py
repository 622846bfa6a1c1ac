"""Refuse weights with a colon, such as "dog:0.5", which other search programs support. The error gives the syntax of this app."""

from __future__ import annotations

import re

from devise_core.errors import QueryError, shortened

_LETTERS = r"[^\W\d_]+(?:[-'’][^\W\d_]+)*"
_COLON = re.compile(rf"\(?({_LETTERS})?[:：]([0-9](?:\.[0-9]+)?|\.[0-9]+)[).,;!?]*")
"""A word, a colon and a number with at most one digit before the point, as in dog:0.5. After a phrase in quotes, there is no word.

The pattern does not match times, URLs, or names such as "re:zero" or "apollo:13".
"""


def refuse_colon_weight(text: str, at: int, end: int, phrase: str = "") -> None:
    """Refuse ``text`` from ``at`` to ``end`` if it is a word with a colon and a weight, or a colon and a weight after ``phrase``.

    Args:
        text: The query.
        at: The offset in ``text`` at which the part to check starts.
        end: The offset at which the part to check ends.
        phrase: The quoted phrase directly before the part to check, with its quotes, or "" if there is none.

    Raises:
        QueryError: The part to check is such a weight. The error says how to write the weight, and has the position of the colon.
    """
    colon = _COLON.fullmatch(text, at, end)
    word = phrase or (colon and colon[1])
    if colon and word and float(colon[2]) > 0:
        raise QueryError(
            f"Did you mean {shortened(word)}^{colon[2]}? Write “^” in place of the colon at character {colon.start(2)}. "
            "To search for the text itself, put all of it in quotes.",
            colon.start(2) - 1,
        )
