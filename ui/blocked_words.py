"""Queries with words that the word filter blocks. The app looks for the words in captions and labels, but shows nothing similar."""

from __future__ import annotations

from collections.abc import Sequence

from devise_core.engine import Engine
from devise_core.errors import QueryError, shortened
from devise_core.text.query import Query
from devise_core.text.sensitive_words import is_sensitive

_REASON = "because a wrong result could insult somebody"
NOT_RECOGNISED = f"The app looks for your words in captions and labels only, not in the pictures, {_REASON}."
NO_WORDS = f"This page lists no words similar to these, {_REASON}. Try other words."
NO_PATH = f"This page shows no path from or to these words, {_REASON}. Try other words."
NO_PLACE = f"The map shows no pictures for these words, {_REASON}. Try other words."
NOT_SEARCHED = f"The app does not search your pictures for these words, {_REASON}. Try other words."
NOT_COMBINED = f"The app does not combine a picture with these words, {_REASON}. Try other words."


def is_blocked(engine: Engine, query: Query) -> bool:
    """Return whether the filter of the operator blocks a word of the query, as the visitor typed it or as the app read it."""
    return bool(blocked_words(engine, words_of(query)))


def is_about_groups(query: Query) -> bool:
    """Return whether a word of the query names a group of people or something that they suffer."""
    return is_sensitive(query.reading.text)


def words_of(query: Query) -> list[str]:
    """Return the text of a query as the visitor typed it, and the terms that the app read it as."""
    return [query.reading.text, *(term.word for term in query.reading.terms)]


def blocked_words(engine: Engine, words: Sequence[str]) -> list[str]:
    """Return those of ``words`` that the filter of the operator blocks."""
    return [word for word in words if not engine.parts.word_filter.allows(word)]


def refuse_blocked(engine: Engine, words: Sequence[str], sentence: str, sex_and_age: bool = True) -> None:
    """Refuse words on a page that shows what is similar to them.

    Args:
        engine: The engine, with the filter of the operator.
        words: The words.
        sentence: The text of the error. It says what the page does not do with such words, and why.
        sex_and_age: Whether to refuse words such as "woman" too.

    Raises:
        QueryError: The filter of the operator blocks a word, or a word names a group of people or something that they suffer.
    """
    if blocked_words(engine, words) or any(is_sensitive(word, sex_and_age) for word in words):
        raise QueryError(sentence)


def withheld_sentence(query: Query, listed: bool | None = None) -> str:
    """Return what all pages say if they show no similar picture for a query, because a wrong picture would be an insult.

    Args:
        query: The query.
        listed: Whether pictures follow that have the words of the query in a caption or label. None on a page that does not look
            for such pictures.
    """
    sentence = (
        f"The app cannot say which pictures show “{shortened(query.respelled_text, 80)}”. A wrong picture of a person could "
        "offend someone, so no similar pictures are shown."
    )
    if listed is None:
        return sentence
    if listed:
        return f"{sentence} These pictures have the words in a caption or label."
    return f"{sentence} No caption or label has the words."
