"""Charts of the results. Our method has the primary colour of the theme. The rest has shades of the theme's text colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from devise_core.results import OURS, Classes, Reference, Table
from ui.results.chart_data import are_seeds, class_rows, dot_rows
from ui.results.palette import Palette

ROW, MARGIN = 23, 44
"""The height in pixels of a row of a chart, and of the space below the rows."""
_NAME = "split(datum.value, '|')[1]"
_KEY_LABEL = f"{_NAME} ? {_NAME} : split(datum.value, '|')[0]"


def dots(table: Table, metrics: Sequence[str], references: Sequence[Reference], palette: Palette) -> Any:
    """Draw a row for each metric and method: a dot with its interval, or a hollow mark for a published figure."""
    import altair as alt

    keys, rows = dot_rows(table, metrics, references)
    top = min(1.0, max(row["high"] for row in rows) * 1.05)
    x = _value_axis(top, palette)
    base = alt.Chart({"values": rows}).encode(
        y=_method_axis(keys, table.ours, palette),
        color=alt.condition("datum.kind == 'ours'", alt.value(palette.ours), alt.value(palette.ink)),
        opacity=alt.condition("datum.kind == 'ours'", alt.value(1), alt.value(0.6)),
        tooltip=[alt.Tooltip(f"{name}:N", title=name) for name in ("method", "metric", "result")],
    )
    measured = base.transform_filter("datum.kind != 'published'")
    intervals = measured.mark_rule(strokeWidth=3, strokeCap="round").encode(x=alt.X("low:Q", title=None), x2="high:Q")
    means = measured.mark_circle().encode(x=x, size=alt.condition("datum.kind == 'ours'", alt.value(150), alt.value(85)))
    published = (
        base.transform_filter("datum.kind == 'published'")
        .mark_point(aria=False, shape="diamond", size=95, filled=False, strokeWidth=2)
        .encode(x=x, opacity=alt.value(0.9))
    )
    numbers = base.mark_text(align="left", dx=9, fontSize=12).encode(
        x="high:Q", text=alt.Text("value:Q", format=".2f"), opacity=alt.value(1)
    )
    return _framed([intervals, means, published, numbers], ROW * len(keys) + MARGIN)


def curves(losses: Mapping[str, Sequence[float]], palette: Palette) -> Any:
    """Draw a thin line for each loss curve. A thick line shows the mean over random seeds, or else each curve of training loss."""
    import altair as alt

    rows = [{"curve": name, "epoch": epoch + 1, "loss": loss} for name, curve in losses.items() for epoch, loss in enumerate(curve)]
    epochs = max(len(curve) for curve in losses.values())
    axis: dict[str, Any] = {"labelColor": palette.ink, "titleColor": palette.ink}
    x = alt.X(
        "epoch:Q",
        title="Epoch",
        scale=alt.Scale(domain=[1, epochs] if epochs > 1 else [0, 2], nice=False),
        axis=alt.Axis(grid=False, tickMinStep=1, format="d", domainColor=palette.line, **axis),
    )
    y = alt.Y(
        "loss:Q",
        title="Loss",
        scale=alt.Scale(zero=True),
        axis=alt.Axis(gridColor=palette.line, domain=False, tickCount=5, **axis),
    )
    data = alt.Chart({"values": rows})
    if are_seeds(losses):
        mean = data.transform_aggregate(loss="mean(loss)", groupby=["epoch"])
    else:
        mean = data.transform_filter("indexof(datum.curve, 'validation') < 0")
    mean = mean.encode(x=x, y=y, detail="curve:N")
    tooltip = [alt.Tooltip("curve:N"), alt.Tooltip("epoch:Q"), alt.Tooltip("loss:Q", format=".3f")]
    area = mean.mark_area(opacity=0.1, color=palette.ours)
    line = mean.mark_line(strokeWidth=5, color=palette.ours)
    thin = data.mark_line(strokeWidth=0.8, opacity=0.4, color=palette.ink).encode(x=x, y=y, detail="curve:N")
    targets = data.mark_circle(size=110, opacity=0).encode(x=x, y=y, tooltip=tooltip)  # invisible, to hover over
    return _framed([area, line, thin, targets], 280)


def bars(results: Classes, names: Sequence[str], metric: str, rival: str, palette: Palette) -> Any:
    """Draw a bar for each class of ``names``, in that order, with a tick at the figure of the rival, the method compared."""
    import altair as alt

    rows = class_rows(results, names, metric, rival)
    axis: dict[str, Any] = {"labelColor": palette.ink, "ticks": False, "domain": False}
    y = alt.Y(
        "class:N",
        title=None,
        scale=alt.Scale(domain=list(names), paddingInner=0.35),
        axis=alt.Axis(labelLimit=150, labelPadding=8, **axis),
    )
    x = alt.X(
        f"{OURS}:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(gridColor=palette.line, tickCount=5, format=".1~f", labelPadding=6, **axis),
    )
    tooltip = [
        alt.Tooltip("class:N"),
        alt.Tooltip(f"{OURS}:Q", format=".3f"),
        alt.Tooltip("rival:Q", title=rival, format=".3f"),
        alt.Tooltip("queries:Q"),
    ]
    base = alt.Chart({"values": rows}).encode(y=y, tooltip=tooltip)
    ours = base.mark_bar(color=palette.ours, cornerRadiusEnd=4, height={"band": 1}).encode(x=x)
    theirs = (
        base.transform_filter("isValid(datum.rival)")
        .mark_tick(color=palette.ink, opacity=0.8, thickness=2.5, height={"band": 1.25})
        .encode(x="rival:Q")
    )
    return _framed([ours, theirs], ROW * len(rows) + MARGIN)


def _framed(layers: Sequence[Any], height: int) -> Any:
    import altair as alt

    return alt.layer(*layers).properties(height=height).configure_view(strokeWidth=0)


def _method_axis(keys: Sequence[str], ours: str, palette: Palette) -> Any:
    """Return the axis of ``dots`` with metrics as headings and the method ``ours`` in bold."""
    import altair as alt

    bold = {"condition": {"test": f"!{_NAME} || {_NAME} == '{ours}'", "value": "bold"}, "value": "normal"}
    axis = alt.Axis(
        labelExpr=_KEY_LABEL,
        labelLimit=150,
        ticks=False,
        domain=False,
        labelPadding=8,
        labelColor=palette.ink,
        labelFontWeight=bold,
    )
    return alt.Y("key:N", title=None, scale=alt.Scale(domain=list(keys)), axis=axis)


def _value_axis(top: float, palette: Palette) -> Any:
    """Return an axis from 0 to ``top``, with room for the number to the right of the highest dot."""
    import altair as alt

    axis = alt.Axis(
        values=_ticks(top),
        format=".2~f",
        labelPadding=6,
        labelColor=palette.ink,
        gridColor=palette.line,
        domain=False,
        ticks=False,
    )
    return alt.X("value:Q", title=None, scale=alt.Scale(domain=[0, top * 1.22], nice=False), axis=axis)


def _ticks(top: float) -> list[float]:
    step = next(step for step in (0.02, 0.05, 0.1, 0.2, 0.25) if top / step <= 5)
    return [round(step * place, 2) for place in range(int(top / step + 1e-9) + 1)]
