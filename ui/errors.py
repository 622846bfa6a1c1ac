"""The only place that shows errors to a visitor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from devise_core.errors import BusyError, DeviseError, NoCollectionError, NoMapError, QueryError, UnknownWordError
from devise_core.serving import event_log
from devise_core.text.query_pointer import point
from devise_core.text.tokens import with_words
from ui import url_state
from ui.callbacks import uninterrupted
from ui.error_text import error_text
from ui.searchbox import search_for
from ui.text import plain


@contextmanager
def show_errors(field: str | None = None, parameters: Sequence[str] = (url_state.QUERY,)) -> Iterator[None]:
    """Show a ``DeviseError`` in a box and end the block there.

    Args:
        field: A name for the page's query, used in widget keys. If given, similar spellings of an unknown word are offered as
            buttons that correct the query.
        parameters: The URL parameters that hold the words to correct.
    """
    try:
        yield
    except UnknownWordError as error:
        event_log.record_refusal(error)
        st.warning(plain(str(error), 600), icon=":material/spellcheck:")
        if field:
            offer_spellings(error.suggestions, field, parameters)
    except BusyError as error:
        event_log.record_refusal(error)
        st.warning(error_text(error), icon=":material/hourglass_top:")
        st.button("Try again", icon=":material/refresh:", key=f"again-{field or 'page'}")
    except NoCollectionError as error:
        event_log.record_refusal(error)
        st.info(error_text(error), icon=":material/photo_library:")
        st.page_link("../pages/photos.py", label="Or add some of your pictures", icon=":material/add_photo_alternate:")
    except NoMapError as error:
        event_log.record_refusal(error)
        st.info(error_text(error), icon=":material/map:")
    except QueryError as error:
        event_log.record_refusal(error)
        st.warning(error_text(error), icon=":material/edit:")
        if field and error.position is not None:
            st.code(point(url_state.read_text(url_state.QUERY), error.position), language=None)
    except DeviseError as error:
        event_log.record_refusal(error)
        st.error(error_text(error), icon=":material/error:")


def offer_spellings(suggestions: dict[str, list[str]], field: str, parameters: Sequence[str] = (url_state.QUERY,)) -> None:
    """Show a button for each suggested spelling. A click on a button replaces the unknown word.

    Args:
        suggestions: The suggested spellings of each unknown word, the best first.
        field: A name that makes the keys of the buttons unique.
        parameters: The URL parameters that hold the words to correct.
    """
    with st.container(horizontal=True, vertical_alignment="center", key=f"spellings-{field}"):
        st.caption("Similar spellings:", width="content")
        for word, near in suggestions.items():
            for spelling in near[:3]:
                st.button(
                    plain(spelling),
                    key=f"{field}-spell-{word}-{spelling}",
                    icon=":material/arrow_forward:",
                    on_click=_correct,
                    args=(word, spelling, parameters),
                )


@uninterrupted
def _correct(word: str, spelling: str, parameters: Sequence[str]) -> None:
    if url_state.QUERY not in parameters:
        texts = {name: url_state.read_text(name) for name in parameters}
        url_state.update(**{name: spelling for name, text in texts.items() if text.lower() == word})
        return
    query = url_state.read_text(url_state.QUERY)
    search_for(with_words(query, {word: spelling}))
