"""The one place that shows what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from devise_core.errors import BusyError, DeviseError, QueryError, UnknownWordError
from devise_core.text.query_parser import point
from ui import url_state
from ui.searchbox import search_for
from ui.server import event_log
from ui.text import plain, with_commands


@contextmanager
def shown(field: str | None = None) -> Iterator[None]:
    """Show a ``DeviseError`` in a box, and end the block there.

    ``field``: a name for the page's query; known spellings are then offered as buttons that correct it.
    """
    try:
        yield
    except UnknownWordError as error:
        event_log.refused(error)
        st.warning(plain(str(error), 600), icon=":material/spellcheck:")
        if field:
            offer_spellings(error.suggestions, field)
    except BusyError as error:
        event_log.refused(error)
        st.warning(with_commands(str(error)), icon=":material/hourglass_top:")
        st.button("Try again", icon=":material/refresh:", key=f"again-{field or 'page'}")
    except DeviseError as error:
        event_log.refused(error)
        st.error(with_commands(str(error)), icon=":material/error:")
        if field and isinstance(error, QueryError) and error.position is not None:
            st.code(point(url_state.text(url_state.QUERY), error.position), language=None)


def offer_spellings(suggestions: dict[str, list[str]], field: str) -> None:
    """A button for each near spelling; pressed, it takes the unknown word's place in the query."""
    with st.container(horizontal=True, key=f"spellings-{field}"):
        for word, near in suggestions.items():
            for spelling in near[:3]:
                st.button(
                    plain(spelling),
                    key=f"{field}-spell-{word}-{spelling}",
                    icon=":material/arrow_forward:",
                    on_click=_correct,
                    args=(word, spelling),
                )


def _correct(word: str, spelling: str) -> None:
    query = url_state.text(url_state.QUERY)
    at = query.lower().find(word)
    search_for(query[:at] + spelling + query[at + len(word) :] if at >= 0 else spelling)
