"""Two minutes through the real pages: each step is a page in a certain view, and a few words above it."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from ui import address

_PARAMETER = "tour"


@dataclass(frozen=True)
class Step:
    """A page in a view, and what to see there."""

    page: str
    title: str
    says: str
    view: dict[str, str] = field(default_factory=dict)


STEPS = (
    Step("text_search.py", "A word no picture has", "No label here says **avian**. The word lies near **bird** among the word vectors, and "
         "the network has put the birds there too: that is the whole idea.", {"q": "avian", "collection": "stamps"}),
    Step("text_search.py", "Queries are sums", "Minus takes a meaning away: of **musical instrument -guitar** the strings go. Press "
         "**Weaker matches too** to see what the cut-off folds away.", {"q": "musical instrument -guitar", "collection": "stamps"}),
    Step("image_search.py", "A picture asks", "A violin finds what **means** the like on the left, and what **looks** alike on the right. "
         "Your own picture works too: drop it, paste it, or take it.", {"item": "violin", "collection": "stamps"}),
    Step("labels.py", "The other way round", "The same space names a picture, out of thousands of nouns or only among words of yours, which "
         "the network was never trained to tell apart.", {"item": "violin", "collection": "stamps"}),
    Step("explorer.py", "The map", "Every dot is a picture. The star is your query; draw a loop around what lights up.",
         {"q": "musical instrument", "collection": "stamps"}),
    Step("words.py", "Between two words", "Walk from one word to another, and look at the nearest picture at every step.",
         {"mode": "way", "a": "dog", "b": "piano", "collection": "stamps"}),
    Step("results.py", "Does it hold?", "Every figure stands beside its rivals and its interval, with the command that prints it."),
)


def invitation() -> None:
    """Where the tour begins."""
    st.page_link(STEPS[0].page, label="Take the two-minute tour", icon=":material/tour:", query_params=_view(1))


def banner() -> None:
    """Above a page that is a step of the tour: what to see, and the way on. Nothing elsewhere."""
    place = address.number(_PARAMETER, 0, 1, len(STEPS))
    if not place:
        return
    step = STEPS[place - 1]
    with st.container(border=True, key="tour-banner"):
        st.markdown(f"**{place} of {len(STEPS)}  ·  {step.title}**  \n{step.says}")
        with st.container(horizontal=True, key="tour-ways"):
            if place > 1:
                st.page_link(STEPS[place - 2].page, label="Back", icon=":material/arrow_back:", query_params=_view(place - 1))
            if place < len(STEPS):
                st.page_link(STEPS[place].page, label=f"Next: {STEPS[place].title}", icon=":material/arrow_forward:",
                             query_params=_view(place + 1))
            st.page_link("home.py", label="End the tour", icon=":material/close:")


def _view(place: int) -> dict[str, str]:
    return {**STEPS[place - 1].view, _PARAMETER: str(place)}
