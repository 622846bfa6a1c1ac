"""Words for groups of people and for what people suffer or are accused of. Only what is sure is shown for them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from devise_core.text.list_lines import list_lines
from devise_core.text.person_words import singulars
from devise_core.text.tokens import tokens

SENSITIVE_WORDS = Path(__file__).with_name("sensitive_words.txt")
INSULTING_WORDS = Path(__file__).with_name("insulting_words.txt")
_IRREGULAR = {
    "wives": "wife",
    "thieves": "thief",
    "wolves": "wolf",
    "mice": "mouse",
    "lice": "louse",
    "geese": "goose",
    "oxen": "ox",
}
_SEX_AND_AGE = "Sex and age"
COLOURED = frozenset(("coloured", "colored"))
"""Old words for people by their skin. They are near "black" in texts."""
_SKIN_COLOURS = frozenset(("black", "white", "brown", "yellow", *COLOURED))
COLOURS = frozenset((*_SKIN_COLOURS, "red", "green", "blue", "orange", "pink", "purple", "grey", "gray", "golden", "silver"))
_PEOPLE = frozenset(("people", "person", "folk", "folks", "kid", "kids", "child", "children", "baby", "babies", "lives", "race"))


def is_sensitive(text: str, sex_and_age: bool = True) -> bool:
    """Return whether a word of ``text`` is one of the list, or the text names people by their colour.

    Args:
        text: A query, or a part of one.
        sex_and_age: Whether words such as "woman" count too.

    Example:
        >>> [is_sensitive(text) for text in ("Muslims", "two women", "black people", "black cat", "people", "castle")]
        [True, True, True, False, False, False]
        >>> [is_sensitive(text) for text in ("blacks", "thug's", "anti-immigrant", "corpses")]
        [True, True, True, True]
    """
    words = _words_of(text)
    if not _SKIN_COLOURS.isdisjoint(words) and not _PEOPLE.isdisjoint(words):
        return True
    listed = _words(None) if sex_and_age else _words(None) - _words(_SEX_AND_AGE)
    return any(form in listed for word in words for form in singular_forms(word))


def is_insulting(text: str) -> bool:
    """Return whether a word of ``text`` is a thing, a figure or an animal that is an insult beside a picture of somebody.

    Example:
        >>> [is_insulting(text) for text in ("a pile of garbage", "clowns", "pigs", "violin")]
        [True, True, True, False]
    """
    listed = _insults()
    return any(form in listed for word in tokens(text) for form in singular_forms(word))


def singular_forms(word: str) -> list[str]:
    """Return a word, and what it is if it is a plural.

    Example:
        >>> singular_forms("frenchwomen"), singular_forms("gods")
        (['frenchwomen', 'frenchwoman'], ['gods', 'god'])
    """
    irregular = _IRREGULAR.get(word) or (f"{word[:-3]}man" if word.endswith("men") else "")
    return list(dict.fromkeys([*singulars(word), *filter(None, [irregular])]))


@cache
def _insults() -> frozenset[str]:
    return frozenset(word for line in list_lines(INSULTING_WORDS) for word in line.split())


def _words_of(text: str) -> list[str]:
    """Return the words of a text, those without "'s", and the parts between hyphens."""
    words = [word.removesuffix("'s") for word in tokens(text)]
    return [*words, *(part for word in words if "-" in word for part in word.split("-"))]


@cache
def _words(kind: str | None) -> frozenset[str]:
    """Return the words of one kind, or of all."""
    words, current = set[str](), ""
    for line in SENSITIVE_WORDS.read_text("utf-8").splitlines():
        if line.startswith("#"):
            current = line.removeprefix("# ")
        elif kind in {None, current}:
            words.update(line.split())
    return frozenset(words)
