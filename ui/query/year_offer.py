"""Offer a filter by year if a visitor types a year, because the search cannot see when a picture was taken."""

from __future__ import annotations

import re

import streamlit as st

from devise_core.datatypes import Reading
from devise_core.engine import Engine
from ui import url_state
from ui.callbacks import uninterrupted
from ui.query.filter_options import YEAR, years


def offer_years(engine: Engine, reading: Reading) -> None:
    """Offer to show only the photos from a year that the query names, if the collection has any."""
    unknown = set(reading.left_out).difference(url_state.read_all(YEAR))
    for year in sorted(unknown.intersection(years(engine))) if unknown else ():
        st.button(
            f"Show only photos from {year}",
            key=f"year-{year}",
            type="tertiary",
            icon=":material/calendar_month:",
            on_click=uninterrupted(_filter),
            args=(_without_year(reading.text, year), year),
        )


def _filter(text: str, year: str) -> None:
    url_state.update(**{url_state.QUERY: text, YEAR: [year], url_state.PAGE: None})


def _without_year(text: str, year: str) -> str:
    """Remove a year from a text, and "in", "from", "of" or "during" before it."""
    return " ".join(re.sub(rf"(?:\b(?:in|from|of|during)\s+)?\b{year}\b", " ", text, flags=re.IGNORECASE).split())
