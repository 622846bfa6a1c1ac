"""The sections of the page of results."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from devise_core.engine import Engine
from devise_core.evaluate.categories import CategoryResult, evaluate_categories, in_category
from devise_core.results import COMMAND, OURS, Classes, Reference, Results, Table
from ui.hit.gallery import gallery
from ui.results.charts import Palette, are_seeds, bars, curves, dots, said_of, show
from ui.results.headlines import CONSE, headlines, is_clear
from ui.text import plain, with_commands
from ui.url_state import PROTOCOL

NAMES = {
    "pascal-sentences": "The seed's test",
    "zero-shot": "Zero-shot",
    "imagenet": "ImageNet",
    "caltech-101": "Caltech-101",
    "flickr8k": "Captions",
    "stamps": "Stamps",
}
MEANINGS = {
    "hit": "the right word is among the {k} nearest",
    "hp": "the share of the {k} nearest that stand close to the right one, so that a near miss counts",
    "mAP": "1 where every right picture comes before every wrong one",
    "P": "how many of the first {k} pictures are right, over the most possible",
    "R": "what belongs to the query is among the {k} nearest",
}
ENDS, EXTREMES, TILES = 12, 3, 4
"""Classes shown from each end; queries shown from each end; pictures of each."""

IN_ONE = 4
"""Metrics that one chart holds."""


def protocols(results: Results) -> None:
    """For the protocol chosen: charts, what they say, tables, sources and the command."""
    tables = results.protocols()
    order = sorted(tables, key=lambda name: list(NAMES).index(name) if name in NAMES else len(NAMES))
    chosen = (
        st.pills(
            "Measured on",
            order,
            default=order[0],
            required=True,
            key=PROTOCOL,
            bind="query-params",
            format_func=lambda name: NAMES.get(name, name),
        )
        or order[0]
    )
    references = [reference for reference in results.references if reference.protocol == chosen]
    palette, unplaced = Palette.of_theme(), list(references)
    for row in in_rows(tables[chosen]):
        for column, table in zip(st.columns(len(row), gap="medium"), row, strict=True):
            placed = [reference for reference in unplaced if set(reference.figures) & set(table.metrics)]
            unplaced = [reference for reference in unplaced if reference not in placed]
            with column.container(border=True):
                compared(table, placed, palette)
    if references:
        st.caption("Published by others, hollow in the charts where the metric is the same: " + " ".join(map(cited, references)))
    st.caption("Print these tables:")
    st.code(f"python -m devise_core evaluate {chosen} --data DATA", language=None, wrap_lines=True)


def in_rows(tables: Sequence[Table]) -> list[list[Table]]:
    """Two narrow tables side by side; a wide one, of more than one chart, alone."""
    rows: list[list[Table]] = []
    for table in tables:
        if rows and len(rows[-1]) == 1 and len(charted(table)) == len(charted(rows[-1][0])) == 1:
            rows[-1].append(table)
        else:
            rows.append([table])
    return rows


def charted(table: Table) -> list[list[str]]:
    """The metrics of each chart: all in one while they are few, else a chart for each kind."""
    if len(table.metrics) <= IN_ONE:
        return [list(table.metrics)]
    kinds = dict.fromkeys(metric.partition("@")[0] for metric in table.metrics)
    return [[metric for metric in table.metrics if metric.partition("@")[0] == kind] for kind in kinds]


def compared(table: Table, references: Sequence[Reference], palette: Palette) -> None:
    """One table: its chart, in plain words what it shows, and its numbers."""
    st.markdown(f"**{plain(table.title)}**")
    charts = charted(table)
    for column, metrics in zip(st.columns(len(charts), gap="medium"), charts, strict=True):
        if any(cells[metric].value is not None for cells in table.methods().values() for metric in metrics):
            with column:
                show(said_of(table, metrics), dots, table, metrics, references, palette)
    st.caption("  \n".join([*meanings(table.metrics), *verdicts(table)]))
    with st.expander(f"The numbers, over {table.queries:,} queries"):
        st.caption(with_commands(table.note, 1000))
        st.html(numbers(table))


def meanings(metrics: Sequence[str]) -> list[str]:
    """What each kind of metric means, told of one."""
    kinds: dict[str, tuple[str, str]] = {}
    for metric in metrics:
        kind, _, k = metric.partition("@")
        if kind in MEANINGS and (kind not in kinds or k == "5"):
            kinds[kind] = metric, k
    said = {metric: MEANINGS[kind].format(k=k).replace("among the 1 nearest", "the nearest") for kind, (metric, k) in kinds.items()}
    return [f"**{metric}**: {meaning}." for metric, meaning in said.items()]


def verdicts(table: Table) -> list[str]:
    """For each rival, on which metrics we are ahead, behind, or neither by the interval of the difference."""
    said = []
    for rival in table.methods():
        lead = {metric: cell for metric, cell in table.lead(rival).items() if cell.value is not None}
        ahead = [metric for metric, cell in lead.items() if is_clear(cell) and (cell.value or 0) > 0]
        behind = [metric for metric, cell in lead.items() if is_clear(cell) and (cell.value or 0) < 0]
        even = [metric for metric in lead if metric not in ahead + behind]
        found = {"ahead": ahead, "behind": behind, "no clear difference": even}
        parts = [f"{word} at {', '.join(metrics)}" for word, metrics in found.items() if metrics]
        said += [f"{OURS} beside {plain(rival)}: {'; '.join(parts)}."] if parts else []
    return said


def numbers(table: Table) -> str:
    """The table as HTML, in a frame that scrolls, by keyboard too: Markdown's has no place for the focus."""
    import pandas as pd

    frame = pd.DataFrame([[str(cell) for cell in row] for row in table.rows], columns=table.columns)
    with pd.option_context("display.max_colwidth", None):  # else a name of more than 50 characters is cut
        written = frame.to_html(index=False, border=0, justify="left")
    return f'<div class="numbers" role="region" tabindex="0" aria-label="{escape(table.title)}">{written}</div>'


def cited(reference: Reference) -> str:
    figures = ", ".join(f"{plain(metric)} {value:g}" for metric, value in reference.figures.items())
    return f"{plain(reference.method[:1].upper() + reference.method[1:])}: {figures} ({plain(reference.source)})."


def classes(results: Results) -> None:
    """Per class: bars from both ends, and all of them as a table."""
    named = {name: found for name, found in results.per_class.items() if any(OURS in row for row in found.classes.values())}
    if not named:
        return
    st.header("Class by class")
    chosen, measure = st.columns([2, 1], vertical_alignment="bottom")
    name = chosen.selectbox("Classes of", list(named), index=first_to_show(list(named.values())), key="results_classes")
    found = named[name]
    usual = next((metric for metric in found.metrics if metric.endswith("@5")), found.metrics[0])
    metric = measure.segmented_control("Metric", found.metrics, default=usual, required=True, key=f"results_metric_{name}") or usual
    place = found.metrics.index(metric)
    order = sorted(found.classes, key=lambda one: (-found.classes[one][OURS][place], one))
    few = len(order) <= 2 * ENDS
    parts = {"": order} if few else {f"The best {ENDS} of {len(order)}": order[:ENDS], f"The worst {ENDS}": order[: -ENDS - 1 : -1]}
    palette = Palette.of_theme()
    for column, (title, shown) in zip(st.columns(len(parts), gap="medium"), parts.items(), strict=True):
        with column:
            if title:
                st.markdown(f"**{title}**")
            show(
                f"{metric} of each class. " + ", ".join(f"{one} {found.classes[one][OURS][place]:.2f}" for one in shown),
                bars,
                found,
                shown,
                metric,
                CONSE,
                palette,
            )
    st.caption(" ".join([*meanings([metric]), f"The bar is {OURS}, the stroke across it {CONSE}."]))


def first_to_show(found: Sequence[Classes]) -> int:
    """The set whose classes have the most queries each: a class with one is all or nothing."""
    each = [sum(one.queries.values()) / len(one.queries) for one in found]
    return each.index(max(each))


def training(engine: Engine) -> None:
    """The loss, epoch by epoch."""
    losses = engine.losses()
    if not losses:
        return
    st.header("How it learned")
    first, last = ([curve[place] for curve in losses.values()] for place in (0, -1))
    show(
        f"The training loss of {', '.join(losses)}, falling from {max(first):.1f} to {min(last):.1f}.",
        curves,
        losses,
        Palette.of_theme(),
    )
    st.caption(
        f"The mean loss in each epoch: {', '.join(losses)}. The lower it is, the further the right word stands before the "
        "wrong ones." + (" The thick line is the mean of the runs." if are_seeds(losses) else "")
    )


@st.cache_data(show_spinner=False, max_entries=16, scope="session")
def _asked(name: str, model: str, version: str, _engine: Engine) -> list[CategoryResult]:  # noqa: ARG001  the cache's key
    return evaluate_categories(_engine)


def queries(engine: Engine) -> None:
    """The collection's own categories as queries: the best and the worst, with what they find."""
    here = engine.collection
    st.header(f"Best and worst queries of {plain(here.name)}")
    asked = _asked(here.name, engine.model_id, here.version, engine)
    if len(asked) < 2:
        st.caption("These pictures have no categories to ask for: choose another collection.")
        return
    st.caption(
        f"Each of {len(asked)} categories searched for by its word, just now. **Average precision** is 1 where every "
        "picture of the category comes before every other. The poor ones are often words of another kind: an occasion, a "
        "place, a use."
    )
    ends = min(EXTREMES, len(asked) // 2)
    categories = [item.category for item in here.items]
    for title, part in (("Best", asked[:ends]), ("Worst", asked[: -ends - 1 : -1])):
        st.markdown(f"### {title}")
        for one in part:
            hits = engine.search_text(one.query, k=TILES)
            right = int(in_category(categories, one.query)[[hit.row for hit in hits]].sum())
            st.markdown(
                f"**“{plain(one.query)}”** · average precision {one.average_precision:.2f} · {right} of the first "
                f"{len(hits)} are among its {one.images} pictures"
            )
            gallery(engine, hits, f"results-{one.query}")


def figures(engine: Engine) -> None:
    """All that ``evaluate`` measured, or how to measure it."""
    results = engine.results()
    if results is None or not results.tables:
        st.info(f"Nothing was measured of this model yet. Measure it with `{COMMAND}`.", icon=":material/science:")
        return
    if remark := results.remark(engine.model_id):
        st.warning(remark, icon=":material/warning:")
    headlines(results)
    st.header("Beside the others, on the same features")
    protocols(results)
    classes(results)
