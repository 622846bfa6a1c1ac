"""The large numbers at the top of the results."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from devise_core.results import BY_CLASSES, OURS, Cell, Results

CONSE, SEED = "ConSE (T = 10)", "the 2020 notebook"
"""Names of methods in the results."""
RIVALS = {CONSE: "ConSE", SEED: "notebook"}
"""Name of a method → its short name on the page."""


@dataclass(frozen=True)
class Headline:
    """One large number.

    Attributes:
        label: The name of the number on the page.
        protocol: The protocol of the table that has the number.
        title: A part of the title of that table.
        metric: The column of that table.
        rival: The method that ours is compared with.
        meaning: What the number means.
    """

    label: str
    protocol: str
    title: str
    metric: str
    rival: str
    meaning: str


HEADLINES = (
    Headline(
        "Right word in the top 5",
        "pascal-sentences",
        "split of the 2020 notebook",
        "hit@5",
        SEED,
        "How often the right word is among the five best, when the included model chooses from all words (hit@5). The pictures "
        "show 20 classes. The model was trained on other pictures of these classes, as in the notebook from 2020 that this "
        "project started from.",
    ),
    Headline(
        "Unseen classes, top 5",
        "zero-shot",
        "alone",
        "hit@5",
        CONSE,
        "How often the right one of 46 classes is in the top five (hit@5). The model was not trained on this data set's pictures "
        "of these classes. But it knows five of the classes from other pictures: four from ImageNet, under other names, and "
        "motorbikes from Pascal Sentences. This is the DeViSE model alone. The percentage at the top of the page is for the whole "
        "app.",
    ),
    Headline(
        "Closely related answers",
        "imagenet",
        "kept out",
        "hp@5",
        CONSE,
        "Of the five best answers, the share that is closely related to the right one (hp@5). "
        "A wrong answer can still make sense, such as another breed of dog. ConSE is the best of the other methods here.",
    ),
    Headline(
        "Right pictures first",
        "stamps",
        "",
        "mAP",
        CONSE,
        "How high the right pictures rank for searches such as “bird”, “fruit” or “vehicle” (mAP). The model was not trained "
        "on these pictures.",
    ),
)


def headlines(results: Results) -> None:
    """Show the most important numbers, except those that have not been measured."""
    measured = [(headline, *pair) for headline in HEADLINES if (pair := compare(results, headline))]
    for column, (headline, ours, difference, clear) in zip(st.columns(max(len(measured), 1)), measured, strict=False):
        rival = RIVALS.get(headline.rival, headline.rival)
        column.metric(
            headline.label,
            f"{ours.value:.2f}",
            f"{difference:+.2f} vs {rival}",
            border=True,
            delta_color="normal" if clear else "off",
        )
        unclear = "" if clear else f" With other classes or pictures, {rival} might be as good."
        behind = [metric for metric in behind_at(results, headline) if metric != headline.metric]
        other = f" {rival[:1].upper()}{rival[1:]} has higher figures at {', '.join(behind)}." if behind else ""
        column.caption(f"{headline.meaning} 95% interval: {ours.low:.2f} to {ours.high:.2f}.{unclear}{other}")


def compare(results: Results, headline: Headline) -> tuple[Cell, float, bool] | None:
    """Compare our figure with the rival's.

    Returns:
        Our cell, our figure minus the rival's, and whether this difference is statistically clear. None if either figure has not
        been measured.
    """
    for table in results.tables:
        if table.protocol != headline.protocol or headline.title not in table.title or headline.metric not in table.metrics:
            continue
        ours = table.methods().get(OURS, {}).get(headline.metric)
        if ours is None or ours.value is None or ours.low is None or ours.high is None:
            continue
        lead = table.lead(headline.rival).get(headline.metric)
        if lead is not None and lead.value is not None:
            by_classes = table.lead(headline.rival, BY_CLASSES).get(headline.metric, lead)
            return ours, lead.value, is_clear(lead) and is_clear(by_classes)
        for reference in results.references:
            if (reference.protocol, reference.method) == (table.protocol, headline.rival) and headline.metric in reference.figures:
                figure = reference.figures[headline.metric]
                return ours, ours.value - figure, not ours.low <= figure <= ours.high
    return None


def behind_at(results: Results, headline: Headline) -> list[str]:
    """Return the metrics of the headline's table at which the rival's figure is higher than ours."""
    for table in results.tables:
        if table.protocol == headline.protocol and headline.title in table.title and headline.metric in table.metrics:
            each = (replace(headline, metric=metric) for metric in table.metrics)
            return [one.metric for one in each if (pair := compare(results, one)) and pair[1] < 0]
    return []


def is_clear(difference: Cell) -> bool:
    """Return whether the interval of a difference excludes zero."""
    return difference.low is not None and difference.high is not None and not difference.low <= 0 <= difference.high
