"""The results on Home. They change while a visitor types, without a run of the page."""

from __future__ import annotations

from typing import Any

import streamlit as st

from devise_core.engine import Engine
from devise_core.errors import QueryError, UnknownWordError
from devise_core.serving import event_log
from ui import url_state
from ui.callbacks import uninterrupted
from ui.component import component
from ui.home.answer import answer, example_answer, failed_answer
from ui.home.map_preview import map_preview_url
from ui.own_routes import route_url
from ui.searchbox import search_for
from ui.server.engine_cache import UPLOADS
from ui.server.rate_limit import typing_pass
from ui.session_query import read_query
from ui.text import SIMILARITY_HELP

_RESULTS = component("live_results", "pending_value", "tile", "map_preview")
_KEY = "grid-home"


def answer_of_page(engine: Engine, text: str, example: str) -> dict[str, Any]:
    """Return the answer to ``text``, the query of the page, or to ``example`` if ``text`` is empty."""
    if not text:
        return example_answer(engine, example)
    try:
        with event_log.timed_search(text) as facts:
            query = read_query(engine, text)
            shown = answer(engine, query)
            facts["terms"], facts["hits"] = len(query.reading.terms), len(shown["tiles"])
        return shown
    except (QueryError, UnknownWordError) as error:
        event_log.record_refusal(error)
        return failed_answer(engine, text, error)


def live_results(engine: Engine, shown: dict[str, Any]) -> None:
    """Show an answer of ``ui/home/answer.py``, and then the answers to what the visitor types. A click on a picture opens it.

    Only a run of the page searches uploaded pictures, because other sessions must not see them.
    """
    name = engine.collection.name
    source = "" if name == UPLOADS else route_url("search", **{"c": name, "pass": typing_pass()})
    settings = {"source": source, "map": map_preview_url(engine), "whole": engine.collection.has_cut_outs, "help": SIMILARITY_HELP}
    # A list, because Streamlit searches a dict for tables, and would import pandas for this before the first picture is shown.
    data = [shown, settings]
    _RESULTS(key=_KEY, data=data, on_open_change=lambda: _open(engine), on_search_change=_search)


@uninterrupted
def _search() -> None:
    search_for(_clicked("search"))


@uninterrupted
def _open(engine: Engine) -> None:
    """Open a picture. If it answers a text that was typed but not submitted, the text becomes the query of the page."""
    item, _, typed = _clicked("open").partition("\n")
    if item not in engine.collection:
        return
    if typed:
        search_for(typed)
    url_state.update(**{url_state.OPEN: item})


def _clicked(trigger: str) -> str:
    value = st.session_state[_KEY][trigger]
    return value if isinstance(value, str) else ""
