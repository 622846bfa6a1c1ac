"""Which words are shown as similar to a text.

Word vectors repeat the prejudices of the texts that they were learned from. So words that judge people, or say what kind of person
somebody is, are left out of a list of words about people. A warning is shown with such a list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from devise_core.datatypes import WordHit
from devise_core.engine import Engine
from devise_core.text.carriers import FUNCTION_WORDS
from devise_core.text.family_words import is_family_word
from devise_core.text.judged_people import UNKIND
from devise_core.text.occupation_words import is_occupation
from devise_core.text.query import Query
from devise_core.text.sensitive_words import COLOURED, COLOURS, is_insulting, is_sensitive
from devise_core.text.thing_words import is_animal, is_place, is_thing
from devise_core.text.unmodelled import JUDGEMENTS
from devise_core.text.words_beside_people import is_neutral_beside_people
from ui.text import WORD_HELP, plain
from ui.words.sums import describes_things, is_person, words_of_sum

PREJUDICE = (
    "The app learned from texts on the web and in the news. The words it shows can repeat the prejudices of the people who wrote "
    "these texts. They are not facts about people."
)
_LOOKS = frozenset(("beard", "body", "complexion", "eyes", "face", "hair", "hairstyle", "skin"))
"""Words for how people look."""
_SELDOM_THINGS = FUNCTION_WORDS | {"he", "still", "well"}
"""Words that seldom mean the things they also name: "as" is also the symbol of arsenic."""
_IN_A_LINE = 8
_POOL = 20
"""How many times as many words are searched for as are shown, because some of the words found are left out."""


def shown_words(engine: Engine, query: Query, k: int) -> list[WordHit]:
    """Return up to ``k`` words that may be shown for a query, the most similar first."""
    may_show = _shown_kind(engine, words_of_sum(query))
    hits = engine.similar_words(query, k=k * _POOL)
    return [hit for hit in hits if not is_sensitive(hit.word, sex_and_age=False) and may_show(hit.word)][:k]


def needs_warning(engine: Engine, words: Sequence[str], hits: Sequence[WordHit]) -> bool:
    """Return whether a warning about prejudices is needed beside the words that are shown for a text.

    Args:
        engine: Tells which words mean people, by the people guard of its model if there is one.
        words: The words of the text. A warning is needed if they are about people, the looks of people, or a judgement.
        hits: The words that are shown. A warning is needed if most of them mean people.
    """
    if not (JUDGEMENTS | _LOOKS).isdisjoint(words) or is_sensitive(" ".join(words)) or names_people(engine, words):
        return True
    return 2 * sum(means_person(engine, hit.word) for hit in hits) > len(hits)


def names_people(engine: Engine, words: Sequence[str]) -> bool:
    """Return whether one of ``words`` means people."""
    return any(means_person(engine, word) for word in words)


def means_person(engine: Engine, word: str) -> bool:
    """Return whether a word means people in its usual sense. "red" and "house" do not, although they are also names of people."""
    guard = engine.parts.people_guard
    if is_family_word(word):
        return True
    return guard.is_person(word) if guard else is_person(word) and word not in COLOURS


def _shown_kind(engine: Engine, words: list[str]) -> Callable[[str], bool]:
    """Return a function that tells whether a word is shown for a text of ``words``."""
    if len(words) > 1 and all(map(is_family_word, words)):
        return is_family_word
    if any(means_person(engine, word) for word in words):
        return _shown_beside(engine, words)
    return _shown_for(engine, words)


def _shown_for(engine: Engine, words: list[str]) -> Callable[[str], bool]:
    if len(words) == 1 and words[0] in COLOURS | JUDGEMENTS:
        return lambda word: not means_person(engine, word) and word not in COLOURED | UNKIND
    if len(words) > 1 and any(map(is_place, words)):
        return is_place
    if all(map(is_thing, words)):  # else "bee" would list syllables of pronunciations, such as "uh" and "kee"
        return lambda word: is_thing(word) and not means_person(engine, word)
    if len(words) > 1 and any(map(describes_things, words)):  # else "old house" would list words such as "once"
        return lambda word: describes_things(word) and not means_person(engine, word) and word not in _SELDOM_THINGS
    return lambda word: word not in FUNCTION_WORDS and (len(words) == 1 or not is_person(word))


def _shown_beside(engine: Engine, words: Sequence[str]) -> Callable[[str], bool]:
    """Return a function that tells whether a word is shown for a text about people.

    Words for things and neutral words for people are shown. Occupations are shown only if the text has an occupation or a family
    word. Family words are shown only if the text has a family word.
    """
    guard = engine.parts.people_guard
    family, occupation = any(map(is_family_word, words)), any(map(is_occupation, words))

    def may_show(word: str) -> bool:
        if is_family_word(word):
            return family
        if is_occupation(word):
            return family or occupation
        if is_insulting(word) or is_animal(word) or (guard and guard.is_animal(word)) or word in JUDGEMENTS | FUNCTION_WORDS:
            return False
        return is_neutral_beside_people(word)

    return may_show


def show_similar_words(engine: Engine, query: Query) -> None:
    """Show the words most similar to a query in one line, with a warning if they are about people.

    The words nearest to a phrase of several words fit almost any phrase, such as "well". So no words are shown for a phrase, unless
    the phrase is a noun.
    """
    if len(query.words) > 1 and not query.noun:
        return
    hits = shown_words(engine, query, _IN_A_LINE)
    if hits:
        words = ", ".join(f"{plain(hit.word)} {hit.cosine:z.2f}" for hit in hits)
        st.caption(f"Similar words: {words}", help=WORD_HELP)
    if hits and needs_warning(engine, query.words, hits):
        st.caption(PREJUDICE)
