"""The panel beside the map: what was clicked, lassoed or searched, and the legend.

On a phone it is below the map, and what was tapped is in a sheet that covers the lower part of the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ui.component import component
from ui.server.script_routes import script_url

_LEGEND = component("map_legend")


@contextmanager
def panel(answers: bool, is_chosen: bool) -> Iterator[None]:
    """Show what the ``with`` block draws in the panel, with the legend below.

    Args:
        answers: Whether the block shows anything. If not, the panel says what a visitor can do.
        is_chosen: Whether a picture or a region of the map is selected. Only then does the block cover part of the map on a phone.
    """
    with st.container(key="map-panel"):
        if answers:
            with st.container(key="map-answer" if is_chosen else "map-results"):
                yield
        else:
            st.markdown("**Nothing is selected.** Click a picture, lasso a group, or search. The results appear here.")
            yield
        _LEGEND(key="map-legend", data=[script_url("scripts/map/legend.js")])
