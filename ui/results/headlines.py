"""The big numbers at the top of the page of results."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from devise_core.results import BY_CLASSES, OURS, Cell, Results

CONSE, SOFTMAX, SEED = "ConSE (T = 10)", "softmax", "the seed"


@dataclass(frozen=True)
class Headline:
    """One big number: where it stands, whom it is set against, and what it means."""

    label: str
    protocol: str
    title: str
    metric: str
    rival: str
    meaning: str


HEADLINES = (
    Headline(
        "hit@5 on the seed's test",
        "pascal-sentences",
        "",
        "hit@5",
        SEED,
        "Photos whose label is among the five nearest of all the words there are, with a head trained for these 20 classes as "
        "the seed's was: the notebook of 2020 that this starts from.",
    ),
    Headline(
        "hit@5 on things never seen",
        "zero-shot",
        "alone",
        "hit@5",
        CONSE,
        "Photos of 46 classes the head was never trained on; four of them the network knows by another name.",
    ),
    Headline(
        "hp@5 on unseen ImageNet",
        "imagenet",
        "kept out",
        "hp@5",
        SOFTMAX,
        "Of its five best answers, the share that are close kin of the right one: even its errors make sense.",
    ),
    Headline(
        "mAP on the stamps",
        "stamps",
        "",
        "mAP",
        CONSE,
        "“Bird”, “fruit”, “vehicle”: how far ahead the right pictures come, none of them trained on.",
    ),
)


def headlines(results: Results) -> None:
    """The few numbers that matter most; those that were not measured are left out."""
    found = [(headline, *pair) for headline in HEADLINES if (pair := compare(results, headline))]
    for column, (headline, ours, difference, clear) in zip(st.columns(max(len(found), 1)), found, strict=False):
        rival = headline.rival.split(" (")[0]
        column.metric(
            headline.label,
            f"{ours.value:.2f}",
            f"{difference:+.2f} on {rival}",
            border=True,
            delta_color="normal" if clear else "off",
        )
        unclear = "" if clear else f" Too near to {rival} to call, with so few of them."
        column.caption(f"{headline.meaning} 95% interval: {ours.low:.2f} to {ours.high:.2f}.{unclear}")


def compare(results: Results, headline: Headline) -> tuple[Cell, float, bool] | None:
    """Our cell, by how much it leads, and whether that is beyond chance; None where it was not measured."""
    for table in results.tables:
        if table.protocol != headline.protocol or headline.title not in table.title or headline.metric not in table.metrics:
            continue
        ours = table.methods().get(OURS, {}).get(headline.metric)
        if ours is None or ours.value is None or ours.low is None or ours.high is None:
            continue
        lead = table.lead(headline.rival).get(headline.metric)
        if lead is not None and lead.value is not None:
            whole = table.lead(headline.rival, BY_CLASSES).get(headline.metric, lead)
            return ours, lead.value, is_clear(lead) and is_clear(whole)
        for reference in results.references:
            if (reference.protocol, reference.method) == (table.protocol, headline.rival) and headline.metric in reference.figures:
                figure = reference.figures[headline.metric]
                return ours, ours.value - figure, not ours.low <= figure <= ours.high
    return None


def is_clear(lead: Cell) -> bool:
    """Whether the interval of a difference leaves zero out."""
    return lead.low is not None and lead.high is not None and not lead.low <= 0 <= lead.high
