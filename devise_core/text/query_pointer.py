"""Show where in a query an error is."""

from __future__ import annotations

import unicodedata

_WIDTH = 28
"""How many columns of a long query are shown. This many fit on the screen of a phone."""


def point(text: str, position: int) -> str:
    """Return a text on one line, with a caret below one character. A long text is cut to the part around that character.

    Args:
        text: The query.
        position: The offset of the character, from 0. An offset of ``len(text)`` points to the place after the last character.
    """
    start = max(0, min(position - _WIDTH // 2, len(text) - _WIDTH))
    line = "".join(char if char.isprintable() else " " for char in text[start : start + _WIDTH])
    before, after = "…" * (start > 0), "…" * (start + _WIDTH < len(text))
    columns = len(before) + sum(_columns(char) for char in line[: position - start])
    return f"{before}{line}{after}\n{' ' * columns}^"


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
