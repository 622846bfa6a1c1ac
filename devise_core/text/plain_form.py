"""The plain form of a word: without accents, ligatures and other marks that an English keyboard lacks."""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŋ": "n", "ħ": "h"}
)
"""Letters that Unicode does not decompose into a plain letter and a mark."""


def plain_form(word: str) -> str:
    """Return a lower-case ``word`` with its Latin letters in their plain form. Letters of other scripts keep their marks.

    Example:
        >>> plain_form("crème"), plain_form("straße"), plain_form("ﬁre"), plain_form("й")
        ('creme', 'strasse', 'fire', 'й')
    """
    if word.isascii():
        return word
    plain: list[str] = []
    for character in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", word).translate(_LETTERS)):
        if not (unicodedata.combining(character) and plain and plain[-1].isascii()):
            plain.append(character)
    return unicodedata.normalize("NFC", "".join(plain))
