"""Text that every file and program can read, whatever bytes the name of a file has."""

from __future__ import annotations

import re

_HALF_PAIR = re.compile("[\ud800-\udfff]")


def valid_text(text: str) -> str:
    """Return ``text`` with "\N{REPLACEMENT CHARACTER}" for each byte of a file name that is not UTF-8.

    Python reads such a byte as half of a surrogate pair, which no text in UTF-8 has.
    """
    return _HALF_PAIR.sub("\N{REPLACEMENT CHARACTER}", text)
