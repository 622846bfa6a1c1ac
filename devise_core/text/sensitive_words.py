"""Words for groups of people and for what people suffer or are accused of. Queries for them show only sure matches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import dropwhile, pairwise
from pathlib import Path

from devise_core.text.list_lines import list_lines
from devise_core.text.person_words import means_people, singulars
from devise_core.text.thing_words import is_thing
from devise_core.text.tokens import tokens

SENSITIVE_WORDS = Path(__file__).with_name("sensitive_words.txt")
THING_PHRASES = Path(__file__).with_name("thing_phrases.txt")
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
_SEX_AND_AGE, _ORIENTATION = "Sex and age", "Sexual orientation and gender"
_CRIME, _ATROCITIES = "Crime, violence and politics", "Atrocities"
_NO_PLURALS = frozenset(("backwards",))
_ADJECTIVES = frozenset(("big", "huge", "large", "little", "new", "old", "small", "tiny", "young", "wild"))
_DATE = re.compile(r"(?<![\w/])\d{1,2}/\d{1,2}(?![\w/])")
COLOURED = frozenset(("coloured", "colored"))
"""Old words for people by the colour of their skin. The vectors of these words are near the vector of "black"."""
_SKIN_COLOURS = frozenset(("black", "white", "brown", "yellow", *COLOURED))
COLOURS = frozenset((*_SKIN_COLOURS, "red", "green", "blue", "orange", "pink", "purple", "grey", "gray", "golden", "silver"))
_PEOPLE = frozenset(("people", "person", "folk", "folks", "kid", "kids", "child", "children", "baby", "babies", "lives", "race"))


def is_sensitive(text: str, sex_and_age: bool = True) -> bool:
    """Return whether a word of ``text`` is in the list of sensitive words, or ``text`` names people by their skin colour.

    An adjective before a thing or an animal does not count: "fat cat" names a cat.

    Args:
        text: A query, or a part of a query.
        sex_and_age: Whether words for sex and age, such as "woman", count too.

    Example:
        >>> [is_sensitive(text) for text in ("chinese food", "french fries", "fat cats", "fat woman", "chinese food seller")]
        [False, False, False, True, True]
        >>> [is_sensitive(text) for text in ("Muslims", "two women", "black people", "black cat", "people", "castle")]
        [True, True, True, False, False, False]
        >>> [is_sensitive(text) for text in ("blacks", "thug's", "anti-immigrant", "corpses")]
        [True, True, True, True]
    """
    words = _words_of(text)
    if not _SKIN_COLOURS.isdisjoint(words) and not _PEOPLE.isdisjoint(words):
        return True
    listed = _words(None) if sex_and_age else _words(None) - _words(_SEX_AND_AGE)
    return any(form in listed for word in words for form in singular_forms(word)) and not _is_about_things(text, listed)


def describes_thing(text: str) -> bool:
    """Return whether a word of ``text`` can describe people, but describes a thing or an animal in ``text``.

    Example:
        >>> [describes_thing(text) for text in ("turkish delight", "turkish people", "castle")]
        [True, False, False]
    """
    return has_sensitive_word(text) and not is_sensitive(text)


def has_sensitive_word(text: str) -> bool:
    """Return whether ``text`` is sensitive, or one of its words would be sensitive alone."""
    return is_sensitive(text) or any(map(is_sensitive, tokens(text)))


def is_atrocity(text: str) -> bool:
    """Return whether ``text`` names an atrocity. The app offers nothing cheerful beside an atrocity.

    Example:
        >>> [is_atrocity(text) for text in ("concentration camps", "the Holocaust", "9/11 attacks", "camp", "war")]
        [True, True, True, False, False]
    """
    return any(form in _words(_ATROCITIES) for word in _words_of(text) for form in singular_forms(word))


def is_insulting(text: str) -> bool:
    """Return whether a word of ``text`` names a thing, a figure or an animal, and is an insult beside a picture of a person.

    Example:
        >>> [is_insulting(text) for text in ("a pile of garbage", "clowns", "pigs", "violin")]
        [True, True, True, False]
    """
    listed = _insults()
    return any(form in listed for word in tokens(text) for form in singular_forms(word))


def singular_forms(word: str) -> list[str]:
    """Return ``word``, and its possible singulars if it may be a plural.

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
    """Return the words of a text without a final "'s", the parts of hyphenated words, neighbours joined by hyphens, and dates."""
    words = [word.removesuffix("'s") for word in tokens(text) if word not in _NO_PLURALS]
    pairs = [f"{first}-{second}" for first, second in pairwise(words)]
    return [*words, *(part for word in words if "-" in word for part in word.split("-")), *pairs, *_DATE.findall(text)]


def _is_about_things(text: str, listed: frozenset[str]) -> bool:
    """Return whether each word of ``listed`` in ``text`` describes a thing or an animal that insults nobody."""
    words = tokens(text)
    if is_atrocity(text) or any(word in _words(_CRIME) | _words(_ORIENTATION) for word in words if not _in_phrase(words, word)):
        return False
    places = [place for place, word in enumerate(words) if any(form in listed for form in singular_forms(word.removesuffix("'s")))]
    return bool(places) and all(_in_phrase(words, words[place]) or _is_before_thing(words[place + 1 :]) for place in places)


def _is_before_thing(after: Sequence[str]) -> bool:
    """Return whether ``after``, the words after an adjective, are a thing, perhaps after other adjectives, and name no people."""
    rest = list(dropwhile(lambda word: word in COLOURS | _ADJECTIVES or word in _words(None), after))
    if not rest or not is_thing(rest[0]) or any(is_insulting(word) for word in rest):
        return False
    return all(is_thing(word) or not (means_people(word) or is_sensitive(word)) for word in rest)


def _in_phrase(words: Sequence[str], word: str) -> bool:
    """Return whether ``word`` occurs in ``words`` only in names of things or animals, such as "german shepherd"."""
    padded = f" {' '.join(words)} "
    for phrase in _phrases():
        padded = padded.replace(f" {phrase} ", "  ")
    return word not in padded.split()


@cache
def _phrases() -> frozenset[str]:
    phrases = list_lines(THING_PHRASES)
    return frozenset(
        (*phrases, *(f"{phrase}s" for phrase in phrases), *(f"{phrase[:-1]}ies" for phrase in phrases if phrase[-1] == "y"))
    )


@cache
def _words(kind: str | None) -> frozenset[str]:
    """Return the words of one kind, which is a heading of ``sensitive_words.txt``, or of all kinds if ``kind`` is None."""
    words, current = set[str](), ""
    for line in SENSITIVE_WORDS.read_text("utf-8").splitlines():
        if line.startswith("#"):
            current = line.removeprefix("# ")
        elif kind in {None, current}:
            words.update(line.split())
    return frozenset(words)
