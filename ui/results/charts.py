"""Charts of results, in the theme's own colours: ours in the primary one, all else in shades of the text's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import streamlit as st

from devise_core.results import OURS, Cell, Classes, Reference, Table

ROW, MARGIN = 23, 44
"""Pixels for a row of a chart, and for what stands below."""
_NAME = "split(datum.value, '|')[1]"
_KEY_LABEL = f"{_NAME} ? {_NAME} : split(datum.value, '|')[0]"


@dataclass(frozen=True)
class Palette:
    """Of the theme the visitor sees."""

    ours: str
    ink: str
    line: str

    @classmethod
    def of_theme(cls) -> Palette:
        theme = "dark" if st.context.theme.type == "dark" else "light"
        return cls(*(str(st.get_option(f"theme.{theme}.{name}")) for name in ("primaryColor", "textColor", "borderColor")))


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs={FunctionType: lambda draw: draw.__name__})
def show(alt: str, draw: Callable[..., Any], *of: Any) -> None:
    """The chart that ``draw`` makes ``of`` those. Altair checks each against a schema, which takes a second for a page: once."""
    st.altair_chart(draw(*of), width="stretch", alt=alt)


def dots(table: Table, metrics: Sequence[str], references: Sequence[Reference], palette: Palette) -> Any:
    """For each of ``metrics`` a line for each method: a dot and its 95% interval; hollow where others published it."""
    import altair as alt

    keys, rows = _lines(table, metrics, references)
    top = min(1.0, max(row["high"] for row in rows) * 1.05)
    y = alt.Y(
        "key:N",
        title=None,
        scale=alt.Scale(domain=keys),
        axis=alt.Axis(
            labelExpr=_KEY_LABEL,
            labelLimit=150,
            ticks=False,
            domain=False,
            labelPadding=8,
            labelColor=palette.ink,
            labelFontWeight=_when(f"!{_NAME} || {_NAME} == '{OURS}'", "bold", "normal"),
        ),
    )
    # Room to the right of the highest dot for its number.
    x = alt.X(
        "value:Q",
        title=None,
        scale=alt.Scale(domain=[0, top * 1.22], nice=False),
        axis=alt.Axis(
            values=_ticks(top),
            format=".2~f",
            labelPadding=6,
            labelColor=palette.ink,
            gridColor=palette.line,
            domain=False,
            ticks=False,
        ),
    )
    base = alt.Chart({"values": rows}).encode(
        y=y,
        color=alt.condition("datum.kind == 'ours'", alt.value(palette.ours), alt.value(palette.ink)),
        opacity=alt.condition("datum.kind == 'ours'", alt.value(1), alt.value(0.6)),
        tooltip=[alt.Tooltip(f"{name}:N", title=name) for name in ("method", "metric", "result")],
    )
    return (
        alt.layer(
            base.transform_filter("datum.kind != 'published'")
            .mark_rule(strokeWidth=3, strokeCap="round")
            .encode(x=alt.X("low:Q", title=None), x2="high:Q"),
            base.transform_filter("datum.kind != 'published'")
            .mark_circle()
            .encode(x=x, size=alt.condition("datum.kind == 'ours'", alt.value(150), alt.value(85))),
            base.transform_filter("datum.kind == 'published'")
            .mark_point(aria=False, shape="diamond", size=95, filled=False, strokeWidth=2)
            .encode(x=x, opacity=alt.value(0.9)),
            base.mark_text(align="left", dx=9, fontSize=12).encode(
                x="high:Q", text=alt.Text("value:Q", format=".2f"), opacity=alt.value(1)
            ),
        )
        .properties(height=ROW * len(keys) + MARGIN)
        .configure_view(strokeWidth=0)
    )


def curves(losses: Mapping[str, Sequence[float]], palette: Palette) -> Any:
    """A line for each curve of the loss, and, of several seeds, their mean."""
    import altair as alt

    rows = [{"curve": name, "epoch": epoch + 1, "loss": loss} for name, curve in losses.items() for epoch, loss in enumerate(curve)]
    epochs = max(len(curve) for curve in losses.values())
    x = alt.X(
        "epoch:Q",
        title="Epoch",
        scale=alt.Scale(domain=[1, epochs] if epochs > 1 else [0, 2], nice=False),
        axis=alt.Axis(
            grid=False, tickMinStep=1, format="d", labelColor=palette.ink, titleColor=palette.ink, domainColor=palette.line
        ),
    )
    y = alt.Y(
        "loss:Q",
        title="Loss",
        scale=alt.Scale(zero=True),
        axis=alt.Axis(labelColor=palette.ink, titleColor=palette.ink, gridColor=palette.line, domain=False, tickCount=5),
    )
    shown = [alt.Tooltip("curve:N"), alt.Tooltip("epoch:Q"), alt.Tooltip("loss:Q", format=".3f")]
    data = alt.Chart({"values": rows})
    mean = (
        data.transform_aggregate(loss="mean(loss)", groupby=["epoch"])
        if are_seeds(losses)
        else data.transform_filter("indexof(datum.curve, 'validation') < 0")
    ).encode(x=x, y=y, detail="curve:N")
    return (
        alt.layer(
            mean.mark_area(opacity=0.1, color=palette.ours),
            mean.mark_line(strokeWidth=5, color=palette.ours),
            data.mark_line(strokeWidth=0.8, opacity=0.4, color=palette.ink).encode(x=x, y=y, detail="curve:N"),
            data.mark_circle(size=110, opacity=0).encode(x=x, y=y, tooltip=shown),  # something to point at
        )
        .properties(height=280)
        .configure_view(strokeWidth=0)
    )


def bars(found: Classes, names: Sequence[str], metric: str, rival: str, palette: Palette) -> Any:
    """A bar for each class of ``names``, in that order; a stroke across it where the rival is."""
    import altair as alt

    place = found.metrics.index(metric)
    named = {OURS: OURS, rival: "rival"}
    rows = [
        {
            "class": name,
            "queries": found.queries[name],
            **{named[method]: values[place] for method, values in found.classes[name].items() if method in named},
        }
        for name in names
    ]
    y = alt.Y(
        "class:N",
        title=None,
        scale=alt.Scale(domain=list(names), paddingInner=0.35),
        axis=alt.Axis(labelLimit=150, labelColor=palette.ink, ticks=False, domain=False, labelPadding=8),
    )
    x = alt.X(
        f"{OURS}:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(
            labelColor=palette.ink, gridColor=palette.line, domain=False, ticks=False, tickCount=5, format=".1~f", labelPadding=6
        ),
    )
    base = alt.Chart({"values": rows}).encode(
        y=y,
        tooltip=[
            alt.Tooltip("class:N"),
            alt.Tooltip(f"{OURS}:Q", format=".3f"),
            alt.Tooltip("rival:Q", title=rival, format=".3f"),
            alt.Tooltip("queries:Q"),
        ],
    )
    return (
        alt.layer(
            base.mark_bar(color=palette.ours, cornerRadiusEnd=4, height={"band": 1}).encode(x=x),
            base.transform_filter("isValid(datum.rival)")
            .mark_tick(color=palette.ink, opacity=0.8, thickness=2.5, height={"band": 1.25})
            .encode(x="rival:Q"),
        )
        .properties(height=ROW * len(rows) + MARGIN)
        .configure_view(strokeWidth=0)
    )


def said_of(table: Table, metrics: Sequence[str]) -> str:
    """The chart of a table's ``metrics`` in words."""
    return f"{table.title}. " + " ".join(
        f"{metric}: "
        + ", ".join(
            f"{method} {cells[metric].value:.2f}" for method, cells in table.methods().items() if cells[metric].value is not None
        )
        + "."
        for metric in metrics
    )


def _lines(table: Table, metrics: Sequence[str], references: Sequence[Reference]) -> tuple[list[str], list[dict[str, Any]]]:
    """Keys "metric|method" in order, with "metric|" as a heading before each metric's; and a row for each dot."""
    keys: list[str] = []
    rows: list[dict[str, Any]] = []
    for metric in metrics:
        found = [(method, cells[metric], "ours" if method == OURS else "rival") for method, cells in table.methods().items()]
        found += [
            (published(reference), Cell(reference.figures[metric]), "published")
            for reference in references
            if metric in reference.figures
        ]
        known = [(method, cell, kind) for method, cell, kind in found if cell.value is not None]
        keys += [f"{metric}|", *(f"{metric}|{method}" for method, _, _ in known)]
        rows += [
            {
                "key": f"{metric}|{method}",
                "metric": metric,
                "method": method,
                "kind": kind,
                "result": str(cell),
                "value": cell.value,
                "low": cell.value if cell.low is None else cell.low,
                "high": cell.value if cell.high is None else cell.high,
            }
            for method, cell, kind in known
        ]
    return keys, rows


def published(reference: Reference) -> str:
    """A short name: a method that we measure too is told apart."""
    short, *more = reference.method.split(",")
    return f"{short}, published" if more else short


def are_seeds(losses: Mapping[str, Sequence[float]]) -> bool:
    return len(losses) > 1 and all(name.startswith("seed ") for name in losses)


def _ticks(top: float) -> list[float]:
    step = next(step for step in (0.02, 0.05, 0.1, 0.2, 0.25) if top / step <= 5)
    return [round(step * place, 2) for place in range(int(top / step + 1e-9) + 1)]


def _when(test: str, then: str, other: str) -> dict[str, Any]:
    return {"condition": {"test": test, "value": then}, "value": other}
