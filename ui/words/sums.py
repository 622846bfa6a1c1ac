"""Which sums of words the page *Words* computes, and which words it shows for a text.

Word vectors repeat the prejudice of their texts. So a sum combines things, or names of places, or words for family and royalty, and
its results are of the same kind. Other words are only combined with words that mean neither people, places nor animals.
"""

from __future__ import annotations

from collections.abc import Callable

from devise_core.datatypes import WordHit
from devise_core.engine import Engine
from devise_core.errors import QueryError
from devise_core.text.family_words import is_family_word
from devise_core.text.person_words import means_people
from devise_core.text.query import Query
from devise_core.text.sensitive_words import is_sensitive
from devise_core.text.thing_words import is_animal, is_place, is_thing
from devise_core.text.tokens import tokens

DIFFERENCE = "A difference alone has no meaning. Add a word, as in king - man + woman."
PEOPLE = "The page computes with words for people only if all words mean family or royalty, as in king - man + woman."
PLACES = "The page computes with names of places only if all words are such names, as in paris - france + italy."
ANIMALS = "The page computes with animals only if all words mean things or animals, as in kitten - cat + dog."
_POOL = 20
"""Search for this many times as many words as are shown, because some are left out."""
_ZERO = 1e-6
_ARTICLES = frozenset(("a", "an", "the"))


def check_sum(query: Query) -> None:
    """Refuse a sum that has no meaning or compares people with something.

    Raises:
        QueryError: The weights do not add up to more than 0, or words for people, places or animals are mixed with others.
    """
    if sum(term.weight for term in query.reading.terms) <= _ZERO:
        raise QueryError(DIFFERENCE)
    words = words_of_sum(query)
    if len(words) <= 1:
        return
    typed = [word for part in query.clauses for word in (*part.read_as, *part.corrected, *part.respelled)]
    words += [word for word in typed if _is_person(word) or is_place(word)]
    for is_kind, is_allowed, sentence in (
        (_is_person, is_family_word, PEOPLE),
        (is_place, is_place, PLACES),
        (is_animal, is_thing, ANIMALS),
    ):
        if any(map(is_kind, words)) and not all(map(is_allowed, words)):
            raise QueryError(sentence)


def is_about_people(query: Query) -> bool:
    """Return whether a query combines words for people."""
    words = words_of_sum(query)
    return len(words) > 1 and any(map(_is_person, words))


def shown_words(engine: Engine, query: Query, k: int) -> list[WordHit]:
    """Return the ``k`` words most similar to a query that may be shown for it. There may be fewer."""
    may_show = _shown_kind(words_of_sum(query))
    hits = engine.similar_words(query, k=k * _POOL)
    return [hit for hit in hits if not is_sensitive(hit.word, sex_and_age=False) and may_show(hit.word)][:k]


def words_of_sum(query: Query) -> list[str]:
    """Return the words and names that a query combines: "new york" is one, and "black dog" are two."""
    words: list[str] = []
    for part in query.clauses:
        parts = [word for term, _ in part.terms for word in tokens(term) if word not in _ARTICLES]
        name = " ".join(parts)
        words += [name] if is_thing(name) or is_place(name) else parts
    return words


def _shown_kind(words: list[str]) -> Callable[[str], bool]:
    """Return which words are shown for a text of ``words``."""
    if len(words) > 1 and any(map(_is_person, words)):
        return is_family_word
    if len(words) > 1 and any(map(is_place, words)):
        return is_place
    if len(words) > 1 and all(map(is_thing, words)):
        return is_thing
    if any(map(is_animal, words)):
        return lambda word: not _is_person(word) and not is_place(word)
    if len(words) > 1:
        return lambda word: not _is_person(word)
    return lambda _: True


def _is_person(word: str) -> bool:
    """Return whether a word means people and nothing else first: "tree" is also somebody's name."""
    return is_family_word(word) or (means_people(word) and not is_thing(word) and not is_place(word))
