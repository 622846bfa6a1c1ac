"""Make text valid UTF-8, even if it contains a file name that is not valid UTF-8."""

from __future__ import annotations

import re

_HALF_PAIR = re.compile("[\ud800-\udfff]")


def valid_text(text: str) -> str:
    """Return ``text`` with "\N{REPLACEMENT CHARACTER}" for each byte of a file name that is not UTF-8.

    Python represents such a byte as half of a surrogate pair, which cannot be written as UTF-8.
    """
    return _HALF_PAIR.sub("\N{REPLACEMENT CHARACTER}", text)
