"""Recognise queries that judge people, such as "ugly woman". The app does not show images for the rest of the query, "woman"."""

from __future__ import annotations

from devise_core.text.person_words import means_people
from devise_core.text.query import Query
from devise_core.text.sensitive_words import is_sensitive

UNKIND = frozenset(
    (
        "annoying",
        "awful",
        "awkward",
        "bad",
        "boring",
        "dangerous",
        "disgusting",
        "dreadful",
        "dull",
        "evil",
        "guilty",
        "hideous",
        "horrible",
        "miserable",
        "odd",
        "ridiculous",
        "scary",
        "sexy",
        "silly",
        "strange",
        "stupid",
        "terrible",
        "terrifying",
        "ugly",
        "weird",
        "worse",
        "worst",
    )
)
"""The words in ``JUDGEMENTS`` that would insult the people in the images that are found."""


def judges_people(query: Query) -> bool:
    """Return whether ``query`` has an unkind word, which the search ignores, and the rest of it is about people.

    Example:
        >>> [judges_people(engine.query(text)) for text in ("ugly woman", "happy woman", "ugly house")]
        [True, False, False]
    """
    words = {word for phrase in query.unmodelled for word in phrase.split()}
    return not UNKIND.isdisjoint(words) and (means_people(query.read_text) or is_sensitive(query.read_text))
