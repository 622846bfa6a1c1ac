"""The pictures that a visitor has selected to download. The selection is kept across queries and pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import streamlit as st

from devise_core.collections.export import as_csv, as_json, as_zip
from devise_core.datatypes import Hit
from devise_core.engine import Engine
from devise_core.text.query import Query
from ui.assistance import announced
from ui.callbacks import uninterrupted

_STATE_KEY = "selection"
_SMALLER = "As the app keeps them, which is smaller than the original files."
MAX_SELECTED = 500


def selected_ids(engine: Engine) -> list[str]:
    """Return the ids of the pictures selected in this collection, in the order in which they were selected."""
    ids: list[str] = st.session_state.get(_STATE_KEY, {}).get(engine.collection.name, [])
    return [item for item in ids if item in engine.collection]


def select(engine: Engine, displayed: Sequence[str], selected: Collection[str]) -> None:
    """Select exactly ``selected`` of the pictures ``displayed``. Pictures that are not displayed stay as they were."""
    kept = [item for item in selected_ids(engine) if item not in displayed or item in selected]
    _save(engine, list(dict.fromkeys([*kept, *(item for item in displayed if item in selected)])))


def select_all(engine: Engine, hits: Sequence[Hit]) -> None:
    """Select every picture of ``hits``."""
    displayed = [hit.id for hit in hits]
    select(engine, displayed, displayed)


def selection_tray(engine: Engine, query: Query) -> None:
    """Show how many pictures are selected, with download buttons. Show nothing if no picture is selected.

    Args:
        engine: The engine over the collection.
        query: The current query. The downloads contain the cosine of each picture with this query.
    """
    ids = selected_ids(engine)
    if not ids:
        return
    hits = engine.hits(engine.ranked([engine.collection.row(item) for item in ids], query))
    name = f"{engine.collection.name}-{len(ids)}"
    formats: tuple[tuple[str, str, str, str | None, Callable[[], str | bytes]], ...] = (
        ("CSV", "csv", "text/csv", None, lambda: as_csv(hits)),
        ("JSON", "json", "application/json", None, lambda: as_json(hits)),
        ("Pictures", "zip", "application/zip", _SMALLER, lambda: as_zip(engine.collection, hits)),
    )
    with st.container(horizontal=True, vertical_alignment="center", key="tray"):
        with announced("selection", width="content"):
            st.markdown(f"**{len(ids)} selected**", width="content")
        for label, suffix, mime, explanation, content in formats:
            key, icon = f"tray-{suffix}", ":material/download:"
            st.download_button(label, content, f"{name}.{suffix}", mime, key=key, help=explanation, on_click="ignore", icon=icon)
        st.button("Clear", key="tray-clear", type="tertiary", on_click=_save, args=(engine, []))


@uninterrupted
def _save(engine: Engine, ids: Sequence[str]) -> None:
    st.session_state.setdefault(_STATE_KEY, {})[engine.collection.name] = list(ids)[:MAX_SELECTED]
