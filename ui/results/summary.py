"""The first thing on the page *Results*: one sentence and one chart for visitors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

import streamlit as st

from devise_core.results import OURS, Results, Table
from ui.results.headlines import CONSE

METRIC = "hit@5"
ANSWERS, SHIPPED, CHANCE = "as shipped, names withheld", "as shipped", "random vectors"
"""Names of methods in the results: the answers of the app, the same before names are withheld, and the random baseline."""

_COUNT, _NEW = re.compile(r"(\d+) unseen"), re.compile(r"(\d+) classes that are new")
_WITHHELD = (
    "If a picture may show people, the app withholds names that could insult them, so it gives some pictures no name. Each such "
    "picture counts as wrong. The other methods withhold nothing. "
)


@dataclass(frozen=True)
class Share:
    """How often a method is right, from 0 to 1, and what it is called on the page."""

    name: str
    value: float


def summary_shares(results: Results) -> list[Share]:
    """Return how often the app, an older method and random guesses name an unseen class correctly. Empty if not measured."""
    table = summary_table(results)
    if table is None:
        return []
    methods = table.methods()
    ours = next(method for method in (ANSWERS, SHIPPED, OURS) if method in methods or method == OURS)
    shares = [(ours, "This app"), (CONSE, "An older method"), (CHANCE, "Random guesses")]
    if ours == ANSWERS:
        shares.insert(1, (SHIPPED, "Without withholding"))
    return [Share(name, value) for method, name in shares if (value := _value(table, method)) is not None]


def summary_table(results: Results) -> Table | None:
    """Return the table for the classes that the model was not trained on, or None if it was not measured."""
    return next((table for table in results.tables if table.protocol == "zero-shot" and METRIC in table.metrics), None)


def show_summary(results: Results) -> None:
    """Show the sentence and the chart if their figures were measured."""
    table, shares = summary_table(results), summary_shares(results)
    if table is None or not shares or shares[0].name != "This app":
        return
    number = _COUNT.search(table.title)
    names = number[1] if number else "names"
    st.header(f"For {_of_hundred(shares[0].value)}% of the pictures, the right name is among the app's five guesses", anchor=False)
    st.html(chart_html(shares))
    st.caption(
        f"For each of {table.queries:,} pictures, the app, the older method and random guessing each choose five names from "
        f"the same {names}. One of the {names} is right. The app learned {_new(results)} of these names from text only, without "
        f"pictures of the things. {_WITHHELD if len(shares) > 3 else ''}The older method is called ConSE. The tables below "
        "give the details for researchers."
    )


def chart_html(shares: list[Share]) -> str:
    """Return the shares as a list with bars. A chart library would take longer to load than the rest of the page."""
    rows = "".join(
        f'<li><span>{escape(share.name)}</span><span class="track"><i style="width:{100 * share.value:.1f}%"></i></span>'
        f"<b>{_of_hundred(share.value)}%</b></li>"
        for share in shares
    )
    return f'<ul class="shares" aria-label="How often the right name is among the five best">{rows}</ul>'


def _new(results: Results) -> str:
    """Return how many of the names are new to the model, as a number if it was measured."""
    titles = (table.title for table in results.tables if table.protocol == "zero-shot")
    return next((number[1] for title in titles if (number := _NEW.search(title))), "nearly all")


def _of_hundred(share: float) -> int:
    return round(100 * share)


def _value(table: Table, method: str) -> float | None:
    cell = table.methods().get(method, {}).get(METRIC)
    return cell.value if cell else None
