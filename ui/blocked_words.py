"""Queries with words that the word filter blocks. They are searched for in captions and labels, but nothing similar is shown."""

from __future__ import annotations

from collections.abc import Container, Sequence

import streamlit as st

from devise_core.engine import Engine
from devise_core.errors import QueryError, shortened
from devise_core.text.query import Query
from devise_core.text.sensitive_words import is_sensitive
from ui.text import plain

NOT_NAMED = "The app does not judge who or what somebody is."
NOT_RECOGNISED = "The app does not look for these words in pictures, only in captions and labels."


def is_blocked(engine: Engine, query: Query) -> bool:
    """Return whether the filter of the operator blocks a word of the query, as it was typed or as it was read."""
    return bool(blocked_words(engine, words_of(query)))


def is_about_groups(query: Query) -> bool:
    """Return whether a word of the query is for a group of people or what they suffer."""
    return is_sensitive(query.reading.text)


def words_of(query: Query) -> list[str]:
    """Return a query as it was typed, and the terms that it was read as."""
    return [query.reading.text, *(term.word for term in query.reading.terms)]


def blocked_words(engine: Engine, words: Sequence[str]) -> list[str]:
    """Return those of ``words`` that the filter of the operator blocks."""
    return [word for word in words if not engine.parts.word_filter.allows(word)]


def refuse_blocked(engine: Engine, words: Sequence[str], sex_and_age: bool = True) -> None:
    """Refuse words on a page that shows what is similar to them.

    Args:
        engine: The engine, with the filter of the operator.
        words: The words.
        sex_and_age: Whether to refuse words such as "woman" too.

    Raises:
        QueryError: The filter of the operator blocks a word, or one is for a group of people or what they suffer.
    """
    if blocked_words(engine, words) or any(is_sensitive(word, sex_and_age) for word in words):
        raise QueryError("This page does not show what is similar to these words. Try other words.")


def without_blocked(engine: Engine, words: Sequence[str]) -> list[str]:
    """Return the words of a visitor that may name a picture, and say how many are left out."""
    blocked = blocked_words(engine, words)
    if blocked:
        st.caption(f"{len(blocked)} of {len(words)} words are left out, because the app names no picture with such words.")
    return [word for word in words if word not in blocked]


def say_not_named(engine: Engine, words: Sequence[str], used: Container[str]) -> None:
    """Say which words of a visitor name no picture of people, if some name no picture at all."""
    left_out = [word for word in engine.judging_labels(words) if word not in used] if words else []
    if left_out:
        st.caption(f"Not named: {', '.join(plain(word, 40) for word in left_out)}. {NOT_NAMED}")


def withheld_sentence(query: Query) -> str:
    """Return what all pages say if they show no picture for a query, because a wrong one would be an insult."""
    text = shortened(query.respelled_text, 80)
    return f"For “{text}” the app shows only pictures that it is sure of, or that have the words in a caption or label."
