"""The panel beside the map: what was clicked, lassoed or searched, and the legend. On a phone the answers are a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ui.component import component
from ui.server.script_routes import script_url

_LEGEND = component("map_legend")


@contextmanager
def panel(answers: bool) -> Iterator[None]:
    """Show the block in the panel, with the legend below it.

    Args:
        answers: Whether the block shows anything. Without it the panel says what a visitor can do.
    """
    with st.container(key="map-panel"):
        if answers:
            with st.container(key="map-answer"):
                yield
        else:
            st.markdown("**Nothing is selected.** Click a picture, lasso a group, or search. The answer appears here.")
            yield
        _LEGEND(key="map-legend", data=[script_url("scripts/map/legend.js")])
