"""The comparison with other methods: the charts, tables and sources for each protocol, which is an evaluation in ``NAMES``."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from devise_core.installation import PROGRAM
from devise_core.results import BY_CLASSES, LESS, Reference, Results, Table
from ui.results.chart_data import describe_chart
from ui.results.charts import dots
from ui.results.headlines import is_clear
from ui.results.palette import Palette, show_chart
from ui.text import plain, with_commands
from ui.url_state import PROTOCOL

NAMES = {
    "pascal-sentences": "Pascal",
    "zero-shot": "Unseen classes",
    "imagenet": "ImageNet",
    "caltech-101": "Caltech-101",
    "flickr8k": "Captions",
    "stamps": "Cut-outs",
    "own-labels": "Labels as queries",
    "labels": "Names of pictures",
    "absent": "Nothing matches",
    "queries": "Everyday queries",
    "people": "People",
}
"""Protocol → its name on the page and in the address."""
ABOUT = {
    "pascal-sentences": "Photographs of 20 classes. The model was trained on other photographs of these classes. Is the "
    "right class among the first words that the model gives?",
    "zero-shot": "Photographs of classes that the model was not trained on. Is the right class among the first "
    "words that the model gives?",
    "imagenet": "Samples of the 1,000 ImageNet classes. Are the first answers right, or at least closely related?",
    "caltech-101": "Photographs of another data set. A search for a class should list its photographs first.",
    "flickr8k": "A search with a sentence should find the photograph that the sentence describes.",
    "stamps": "A search for a kind of thing, such as “bird” or “fruit”, should list its pictures first.",
    "own-labels": "A search for a label should find the pictures that have it.",
    "labels": "The label of a picture should be among the first words that the app gives it.",
    "absent": "If no picture shows what is searched for, the app should say so.",
    "queries": "Searches as visitors type them, by kind, such as scenes, colours and actions.",
    "people": "Photographs of people should get a word for people, and never a hurtful one.",
}
"""Protocol → a sentence for visitors on what the protocol measures."""
OLD_NAMES = {"The seed's test": "pascal-sentences", "Zero-shot": "zero-shot", "Stamps": "stamps"}
"""Name of a protocol in links from earlier versions → its name now."""
MEANINGS = {
    "hit": "how often the right word is among the {k} best",
    "hp": "the share of the {k} best words that are closely related to the right one",
    "mAP": "mean average precision. It is 1 if all right pictures come before all wrong ones",
    "P": "the share of the first {k} pictures that are right. It is divided by the highest share possible, which is below 1 if "
    "fewer than {k} pictures are right",
    "R": "how often a right answer is among the {k} best",
}
MAX_METRICS = 4
"""How many metrics fit into one chart."""


def show_protocols(results: Results) -> None:
    """Let the visitor choose a protocol, and show its charts, conclusions, tables, sources and command."""
    tables = results.protocols()
    order = sorted(tables, key=lambda name: list(NAMES).index(name) if name in NAMES else len(NAMES))
    protocol = _choose_protocol(order)
    references = [reference for reference in results.references if reference.protocol == protocol]
    palette, unplaced = Palette.of_theme(), list(references)
    for row in in_rows(tables[protocol]):
        for column, table in zip(st.columns(len(row), gap="medium"), row, strict=True):
            placed = [reference for reference in unplaced if set(reference.figures) & set(table.metrics)]
            unplaced = [reference for reference in unplaced if reference not in placed]
            with column.container(border=True):
                show_table(table, placed, palette)
    if references:
        sources = " ".join(map(cite, references))
        st.caption(f"Figures published elsewhere. The charts show them as hollow marks where the metric is the same. {sources}")
    st.caption("To measure this yourself, run:")
    st.code(f"{PROGRAM} evaluate {protocol} --data DATA", language=None, wrap_lines=True)


def _choose_protocol(order: Sequence[str]) -> str:
    linked = OLD_NAMES.get(st.query_params.get(PROTOCOL, ""))
    if linked and linked in order and PROTOCOL not in st.session_state:
        st.session_state[PROTOCOL] = linked
    choice = st.pills(
        "Measured on",
        order,
        default=order[0],
        required=True,
        key=PROTOCOL,
        bind="query-params",
        format_func=lambda name: NAMES.get(name, name),
        wrap=True,
    )
    if about := ABOUT.get(choice or order[0]):
        st.caption(about)
    return choice or order[0]


def in_rows(tables: Sequence[Table]) -> list[list[Table]]:
    """Put two narrow tables side by side, and a table with more than one chart on a row of its own."""
    rows: list[list[Table]] = []
    for table in tables:
        if rows and len(rows[-1]) == 1 and len(chart_metrics(table)) == len(chart_metrics(rows[-1][0])) == 1:
            rows[-1].append(table)
        else:
            rows.append([table])
    return rows


def chart_metrics(table: Table) -> list[list[str]]:
    """Return the metrics of each chart: one chart for up to ``MAX_METRICS``, or else one chart for each kind, such as "hit"."""
    if len(table.metrics) <= MAX_METRICS:
        return [list(table.metrics)]
    kinds = dict.fromkeys(metric.partition("@")[0] for metric in table.metrics)
    return [[metric for metric in table.metrics if metric.partition("@")[0] == kind] for kind in kinds]


def show_table(table: Table, references: Sequence[Reference], palette: Palette) -> None:
    """Show one table: its charts, what the charts show in plain words, and the numbers."""
    st.markdown(f"**{plain(table.title)}**")
    charts = chart_metrics(table)
    for column, metrics in zip(st.columns(len(charts), gap="medium"), charts, strict=True):
        if any(cells[metric].is_mean for cells in table.methods().values() for metric in metrics):
            with column:
                show_chart(describe_chart(table, metrics), dots, table, metrics, references, palette)
    st.caption("  \n".join([*describe_metrics(table.metrics), *conclusions(table)]))
    with st.expander(f"Numbers, from {table.queries:,} queries"):
        st.caption(with_commands(table.note, 1000))
        st.html(table_html(table))


def describe_metrics(metrics: Sequence[str]) -> list[str]:
    """Return a sentence for each kind of metric. It explains one metric of that kind, such as "hit@5"."""
    examples: dict[str, tuple[str, str]] = {}
    for metric in metrics:
        kind, _, k = metric.partition("@")
        if kind in MEANINGS and (kind not in examples or k == "5"):
            examples[kind] = metric, k
    sentences = {
        metric: MEANINGS[kind].format(k=k).replace("among the 1 best", "the best") for kind, (metric, k) in examples.items()
    }
    return [f"**{metric}**: {sentence}." for metric, sentence in sentences.items()]


def conclusions(table: Table) -> list[str]:
    """Return a sentence for each two methods: at which metrics the first is ahead, behind, or not clearly different.

    A difference is clear if no interval of it includes zero, neither of images nor of classes.
    """
    sentences = []
    differences = {row[0].text: dict(zip(table.metrics, row[1:], strict=True)) for row in table.rows if LESS in row[0].text}
    for name, cells in differences.items():
        if name.endswith(BY_CLASSES):
            continue
        ours, _, rival = name.partition(LESS)
        lead = {metric: cell for metric, cell in cells.items() if cell.value is not None}
        by_classes = differences.get(name + BY_CLASSES, lead)
        clear = [metric for metric, cell in lead.items() if is_clear(cell) and is_clear(by_classes[metric])]
        ahead = [metric for metric in clear if (lead[metric].value or 0) > 0]
        behind = [metric for metric in clear if (lead[metric].value or 0) < 0]
        even = [metric for metric in lead if metric not in ahead + behind]
        groups = {"ahead at": ahead, "behind at": behind, "no clear difference at": even}
        parts = [f"{words} {', '.join(metrics)}" for words, metrics in groups.items() if metrics]
        sentences += [f"{plain(ours)} compared with {plain(rival)}: {'; '.join(parts)}."] if parts else []
    return sentences


def table_html(table: Table) -> str:
    """Return the table as HTML in a frame that can be scrolled with the keyboard. A Markdown table cannot take the focus."""
    import pandas as pd

    frame = pd.DataFrame([[str(cell) for cell in row] for row in table.rows], columns=table.columns)
    with pd.option_context("display.max_colwidth", None):  # else names of more than 50 characters are cut
        html = frame.to_html(index=False, border=0, justify="left")
    return f'<div class="numbers" role="region" tabindex="0" aria-label="{escape(table.title)}">{html}</div>'


def cite(reference: Reference) -> str:
    """Return published figures with their source."""
    figures = ", ".join(f"{plain(metric)} {value:g}" for metric, value in reference.figures.items())
    return f"{plain(reference.method[:1].upper() + reference.method[1:])}: {figures} ({plain(reference.source)})."
