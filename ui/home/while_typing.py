"""The answer of Home while a visitor types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from devise_core.engine import Engine
from devise_core.errors import QueryError, UnknownWordError
from devise_core.text.query import Query
from ui.blocked_words import is_blocked
from ui.home.answer import MAX_TRIES, answer, answer_to_text, failed_answer, without_tiles

_INCOMPLETE = {"incomplete": True}
TYPE_ON = "Type another letter."
COMPLETE_LETTERS = 3
"""While a visitor types, a last word with fewer letters is treated as the beginning of a longer word."""
FOREIGN_LETTERS = 4
"""While a visitor types, a foreign last word with fewer letters is treated as the beginning of an English word."""


def answer_while_typing(engine: Engine, text: str) -> dict[str, Any]:
    """Answer a text as ``answer_to_text`` does, although the text may not be complete.

    A single letter is not searched for. A last word of one or two letters is left out if there are other words. A last word that is
    unknown, or for which there are no pictures, is completed. The answer has ``incomplete`` if there is nothing to search for yet,
    and the page then keeps its pictures. An answer that withholds pictures is neither completed nor incomplete.
    """
    if len(text.strip()) == 1:
        return without_tiles(text, TYPE_ON, [], []) | _INCOMPLETE
    is_complete = text.endswith(" ")
    before, _, last = text.rpartition(" ")
    if before.strip() and len(last) < COMPLETE_LETTERS:
        text = before.strip()
    try:
        query = engine.query(text)
        correction = query.reading.corrected.get(last.lower())
        is_foreign = correction is not None and bool(correction.language) and len(last) >= FOREIGN_LETTERS
        if is_foreign or last.lower() not in {**query.reading.corrected, **query.respelled}:
            shown = answer(engine, query)
            if is_complete or not _lacks_pictures(engine, query, shown):
                return shown
        else:
            shown = None
    except UnknownWordError as error:
        shown = failed_answer(engine, text, error) | _INCOMPLETE
    except QueryError as error:
        return failed_answer(engine, text, error) | _INCOMPLETE
    return _completed(engine, text) or shown or answer(engine, query)


def _completed(engine: Engine, text: str) -> dict[str, Any] | None:
    """Return the answer to the first completion of a text that is in a caption or of which the app is sure.

    If there is none, return the answer to the first completion with pictures, if any.
    """
    unsure = None
    for completed in _completions(engine, text):
        longer = answer_to_text(engine, completed) | {"status": f"Results for “{completed}”"}
        if longer["captioned"] or (longer["tiles"] and not longer["captioned_first"]):
            return longer
        unsure = unsure or (longer if longer["tiles"] else None)
    return unsure


def _completions(engine: Engine, text: str) -> Iterator[str]:
    """Yield a few texts that begin with ``text``, but not its plural. A label of the collection comes first, then suggestions."""
    start = " ".join(text.lower().split())
    labels = engine.label_completions.starting_with(start, 2)
    yield from [label for label in labels if label.startswith(start) and label != start][:1]
    longer = (text[:place] + word for place, word in engine.complete(text, MAX_TRIES))
    yield from (completed for completed in longer if completed.lower() not in (f"{start}s", f"{start}es"))


def _lacks_pictures(engine: Engine, query: Query, shown: Mapping[str, Any]) -> bool:
    """Return whether there are no pictures to show for a query. False if pictures are withheld."""
    return not (shown["tiles"] or shown["captioned"]) and not is_blocked(engine, query) and not engine.matches(query).withheld
