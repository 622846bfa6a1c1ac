"""Help on what can be written in a search box."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.text.query_parser import GRAMMAR
from ui import url_state
from ui.callbacks import uninterrupted
from ui.query.examples import examples
from ui.searchbox import search_for
from ui.server.engine_cache import current_engine
from ui.text import plain

_NAMED = ("violin", "cello")
"""The pictures that the examples in ``GRAMMAR`` name."""
_POOL = 24


def query_help(more: Sequence[tuple[str, str]] = ()) -> None:
    """Show the query syntax, with an example to click for each rule.

    The help is empty until a visitor opens it and the page runs again. This saves a fifth of the time that a search page takes.

    Args:
        more: Forms of a query that only this page has, each as an example and its meaning.
    """
    key = f"help-{hash(url_state.read_text(url_state.QUERY))}"  # a new query has a new popover, which is closed
    popover = st.popover("What can I write?", icon=":material/help:", type="tertiary", key=key, on_change="rerun")
    with popover, st.container(key="grammar", gap="small"):
        if not popover.open:
            return
        for example, meaning in (*more, *_grammar()):
            left, right = st.columns([2, 5], vertical_alignment="top", gap="xxsmall")
            if "like:" in example:
                left.markdown(f"**{plain(example)}**")
            else:
                left.button(
                    f":primary[**{plain(example)}**]",
                    key=f"try-{example}",
                    type="tertiary",
                    on_click=uninterrupted(search_for),
                    args=(example,),
                )
            right.markdown(plain(meaning))


def _grammar() -> list[tuple[str, str]]:
    """Return the forms of a query, with pictures of this collection in place of ``_NAMED``.

    If the collection has too few suitable pictures, the forms that name pictures are left out.
    """
    engine = current_engine()
    first = engine.search_text(examples(engine)[0], k=_POOL) if len(engine.collection) else []
    ids = [hit.id for hit in first if hit.id.replace("-", "").isalnum()]
    forms = []
    for example, meaning in GRAMMAR:
        if "like:" not in example:
            forms.append((example, meaning))
        elif len(ids) >= len(_NAMED):
            forms.append((_with_pictures(example, ids), _with_pictures(meaning, ids)))
    return forms


def _with_pictures(text: str, ids: Sequence[str]) -> str:
    for name, other in zip(_NAMED, ids, strict=False):
        text = text.replace(name, other)
    return text
