"""Two minutes through the real pages: each step is a page in a certain view, and a few words above it."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from devise_core.engine import DEFAULT_COLLECTION
from ui import url_state
from ui.links import link
from ui.server.engine_cache import CHOSEN

_PARAMETER = "tour"


@dataclass(frozen=True)
class Step:
    """A page, such as "labels", in a view, and what to see there."""

    page: str
    title: str
    says: str
    view: dict[str, str] = field(default_factory=dict)


STEPS = (
    Step(
        "text_search",
        "A word no picture has",
        "No label here says **avian**. The word lies near **bird** among the word "
        "vectors, and the network has put the birds there too: that is the whole idea.",
        {"q": "avian"},
    ),
    Step(
        "text_search",
        "Queries are sums",
        "Minus takes a meaning away: of **fruit -apple** the other fruits are left. Press "
        "**Weaker matches too** to see what the cut-off folds away.",
        {"q": "fruit -apple"},
    ),
    Step(
        "image_search",
        "A picture asks",
        "A violin finds what **means** the like, and what **looks** alike. Your own picture "
        "works too: drop it, paste it, or take it.",
        {"item": "violin"},
    ),
    Step(
        "labels",
        "The other way round",
        "The same space names a picture, out of thousands of nouns or only among words of "
        "yours, which the network was never trained to tell apart.",
        {"item": "violin"},
    ),
    Step(
        "explorer",
        "The map",
        "Every point is a picture. The star is your query; draw a loop around what lights up.",
        {"q": "musical instrument"},
    ),
    Step(
        "words",
        "Between two words",
        "Walk from one word to another, and look at the nearest picture at every step.",
        {"mode": "way", "a": "tree", "b": "car"},
    ),
    Step("results", "Does it hold?", "Every figure stands beside its rivals and its interval, with the command that prints it."),
)


def invitation() -> None:
    """Where the tour begins."""
    _way(1, "Take the two-minute tour", "tour")


def begin() -> None:
    """Before the sidebar: a step is over the collection that its words speak of."""
    if _place():
        st.session_state[CHOSEN] = DEFAULT_COLLECTION


def banner() -> None:
    """Above a page that is a step of the tour: what to see, and the way on. Nothing elsewhere."""
    place = _place()
    if not place:
        return
    step = STEPS[place - 1]
    with st.container(border=True, key="tour-banner"):
        st.markdown(f"**{place} of {len(STEPS)}  ·  {step.title}**  \n{step.says}")
        with st.container(horizontal=True, key="tour-ways"):
            if place < len(STEPS):  # first, so that it stays under the hand from step to step
                _way(place + 1, f"Next: {STEPS[place].title}", "arrow_forward")
            if place > 1:
                _way(place - 1, "Back", "arrow_back")
            st.page_link("../pages/home.py", label="End the tour", icon=":material/close:")


def _place() -> int:
    return url_state.number(_PARAMETER, 0, 1, len(STEPS))


def _way(place: int, label: str, icon: str) -> None:
    """To the step ``place``."""
    step = STEPS[place - 1]
    link(step.page, label, f"tour-{place}", f":material/{icon}:", **step.view, **{_PARAMETER: str(place)})
