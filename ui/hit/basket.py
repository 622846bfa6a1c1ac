"""What a visitor has picked out of the results, across queries and pages: to take home."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import streamlit as st

from devise_core.collections.export import as_csv, as_json, as_zip
from devise_core.datatypes import Hit
from devise_core.engine import Engine
from devise_core.search.ranking import Ranking

_KEY = "basket"
MOST = 500


def chosen(engine: Engine) -> list[str]:
    """The ids picked out of this collection, in order."""
    ids: list[str] = st.session_state.get(_KEY, {}).get(engine.collection.name, [])
    return [item for item in ids if item in engine.collection]


def choose(engine: Engine, shown: Sequence[str], picked: Collection[str]) -> None:
    """Of the pictures ``shown`` exactly ``picked`` are picked out; the others stay as they were."""
    kept = [item for item in chosen(engine) if item not in shown or item in picked]
    _keep(engine, list(dict.fromkeys([*kept, *(item for item in shown if item in picked)])))


def add(engine: Engine, hits: Sequence[Hit]) -> None:
    shown = [hit.id for hit in hits]
    choose(engine, shown, shown)


def tray(engine: Engine, ranking: Ranking) -> None:
    """How many are picked, and the ways to take them; nothing where none is. ``ranking``: all images in the order of the query."""
    ids = chosen(engine)
    if not ids:
        return
    hits = engine.hits(ranking.at([engine.collection.row(item) for item in ids]))
    name = f"{engine.collection.name}-{len(ids)}"
    ways: tuple[tuple[str, str, str, Callable[[], str | bytes]], ...] = (
        ("CSV", "csv", "text/csv", lambda: as_csv(hits)),
        ("JSON", "json", "application/json", lambda: as_json(hits)),
        ("Pictures", "zip", "application/zip", lambda: as_zip(engine.collection, hits)),
    )
    with st.container(horizontal=True, vertical_alignment="center", key="tray"):
        st.markdown(f"**{len(ids)} chosen**", width="content")
        for label, suffix, kind, made in ways:
            st.download_button(
                label, made, f"{name}.{suffix}", kind, key=f"tray-{suffix}", on_click="ignore", icon=":material/download:"
            )
        st.button("Clear", key="tray-clear", type="tertiary", on_click=_keep, args=(engine, []))


def _keep(engine: Engine, ids: Sequence[str]) -> None:
    st.session_state.setdefault(_KEY, {})[engine.collection.name] = list(ids)[:MOST]
