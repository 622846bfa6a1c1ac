"""Which sums of words the page *Words* computes.

Word vectors repeat the prejudices of the texts that they were learned from. So some words can be combined only with certain words.
Words for family and royalty can be combined only with each other. Other words for people cannot be combined at all. Names of places
can be combined only with each other. Animals and colours can be combined only with each other, with things and with words that
describe looks or actions. All other words can be combined freely with each other.
"""

from __future__ import annotations

from devise_core.errors import QueryError
from devise_core.text.family_words import is_family_word
from devise_core.text.person_words import means_people
from devise_core.text.plain_words import is_plain
from devise_core.text.query import Query
from devise_core.text.sensitive_words import COLOURS
from devise_core.text.thing_words import is_animal, is_place, is_thing
from devise_core.text.tokens import tokens

DIFFERENCE = "A difference alone has no meaning. Add a word, as in king - man + woman."
PEOPLE = (
    "Words for people can be combined only with each other, and only words such as “king”, “mother” and “woman”, as in "
    "king - man + woman."
)
PLACES = "Names of places can be combined only with other names of places, as in paris - france + italy."
ANIMALS = "Animals can be combined only with things, other animals and words that describe looks, as in kitten - cat + dog."
COLOUR = "Colours can be combined only with things, animals and words that describe looks, as in apple - red + yellow."
_ZERO = 1e-6
_ARTICLES = frozenset(("a", "an", "the"))


def check_sum(query: Query) -> None:
    """Refuse a sum that has no meaning, or that combines words that may not be combined (see the module).

    Raises:
        QueryError: The sum of the weights is not above 0, or words for people, places, animals or colours are combined with words
            that may not be combined with them.
    """
    if sum(term.weight for term in query.reading.terms) <= _ZERO:
        raise QueryError(DIFFERENCE)
    words = words_of_sum(query)
    if len(words) <= 1:
        return
    typed = [word for part in query.clauses for word in (*part.read_as, *part.corrected, *part.respelled)]
    words += [word for word in typed if is_person(word) or is_place(word)]
    for is_kind, is_allowed, sentence in (
        (is_person, is_family_word, PEOPLE),
        (is_place, is_place, PLACES),
        (is_animal, describes_things, ANIMALS),
        (COLOURS.__contains__, describes_things, COLOUR),
    ):
        if any(map(is_kind, words)) and not all(map(is_allowed, words)):
            raise QueryError(sentence)


def words_of_sum(query: Query) -> list[str]:
    """Return the words and names that a query combines: "new york" is one name, and "black dog" is two words."""
    words: list[str] = []
    for part in query.clauses:
        parts = [word for term, _ in part.terms for word in tokens(term) if word not in _ARTICLES]
        name = " ".join(parts)
        words += [name] if is_thing(name) or is_place(name) else parts
    return words


def is_person(word: str) -> bool:
    """Return whether a word means people in its main sense. "tree" does not, although it is also somebody's name."""
    return is_family_word(word) or (means_people(word) and not describes_things(word) and not is_place(word))


def describes_things(word: str) -> bool:
    """Return whether a word means a thing or an animal, or describes looks or actions, such as "cat", "red" or "striped"."""
    return is_thing(word) or is_plain(word) or word in COLOURS
