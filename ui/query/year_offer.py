"""Offer to filter by a year that a visitor has typed, since no picture shows when it was taken."""

from __future__ import annotations

import re

from devise_core.datatypes import Reading
from devise_core.engine import Engine
from ui import url_state
from ui.links import link
from ui.query.filter_options import YEAR, years


def offer_years(engine: Engine, reading: Reading) -> None:
    """Offer to show only the photos of a year. Show nothing if the collection has no photo of the year, or no year was typed."""
    for year in (word for word in reading.left_out if word.isdecimal() and word in years(engine)):
        parameters = {url_state.QUERY: _without_year(reading.text, year), YEAR: year}
        link("text_search", f"Show only photos of {year}", f"year-{year}", ":material/calendar_month:", **parameters)


def _without_year(text: str, year: str) -> str:
    """Return a text without a year, and without the preposition before it."""
    return " ".join(re.sub(rf"(?:\b(?:in|from|of|since)\s+)?\b{year}\b", " ", text, flags=re.IGNORECASE).split())
