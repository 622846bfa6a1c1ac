"""A short tour of the real pages. Each step shows a page in a given state, with a short text above the page."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from ui import url_state
from ui.links import link
from ui.server.engine_cache import CHOSEN, choosable_collections

_PARAMETER = "tour"
_COLLECTION = "photos"
"""The collection of pictures that all steps show."""


@dataclass(frozen=True)
class Step:
    """One step of the tour.

    Attributes:
        page: The page's file name without its suffix, such as "labels".
        title: The title of the step.
        text: What to see on the page, in Markdown.
        view: The page's parameters in the address, such as the query.
    """

    page: str
    title: str
    text: str
    view: dict[str, str] = field(default_factory=dict)


STEPS = (
    Step(
        "text_search",
        "A word that is not a label",
        "No picture here has the label **building**. The app has learned from text that **basilica**, **temple** and **palace** "
        "are close to it in meaning, and it recognises these three in the pictures. So a search for **building** finds them.",
        {"q": "building"},
    ),
    Step(
        "text_search",
        "Add and subtract",
        "A minus sign takes a meaning away. **tool** finds many hammers, and **tool -hammer** finds mostly other tools. Turn on "
        "**Show all weak matches** below the pictures to see the others too.",
        {"q": "tool -hammer"},
    ),
    Step(
        "image_search",
        "Search with a picture",
        "One list has pictures of similar things, and the other has pictures that look similar. You can upload, paste or take a "
        "picture.",
        {"item": "kingfisher"},
    ),
    Step(
        "labels",
        "Name a picture",
        "The search also works the other way round. The app names a picture with any noun, or with words from your list, "
        "even if it was not trained on them.",
        {"item": "dog"},
    ),
    Step(
        "explorer",
        "The map",
        "Each point is a picture, and similar pictures are close together. The star is your query. Lasso the highlighted points to "
        "see what they have in common.",
        {"q": "fish"},
    ),
    Step(
        "words",
        "From word to word",
        "Go from one word to another in small steps. If a picture matches the word of a step well, it is shown with the word.",
        {"mode": "way", "a": "sunflower", "b": "cat"},
    ),
    Step("results", "How well does it work?", "The figures compare the app with other methods. You can repeat every measurement."),
)


def invitation() -> None:
    """Show a link to the first step, if the collection of the tour can be chosen."""
    if _offered():
        _link(1, "Take the two-minute tour", "tour")


def choose_collection() -> None:
    """Choose the collection of the tour if the page is a step of it. Call this before the sidebar is drawn."""
    if _step_number():
        st.session_state[CHOSEN] = _COLLECTION


def banner() -> None:
    """Show the text of the current step and links to the next and previous steps. Show nothing outside the tour."""
    number = _step_number()
    if not number:
        return
    step = STEPS[number - 1]
    with st.container(border=True, key="tour-banner"):
        st.markdown(f"**{number} of {len(STEPS)}  ·  {step.title}**  \n{step.text}")
        with st.container(horizontal=True, vertical_alignment="center", key="tour-links"):
            if number < len(STEPS):  # this link is first, so that it is in the same place on every step
                _link(number + 1, f"Next: {STEPS[number].title}", "arrow_forward")
            if number > 1:
                _link(number - 1, "Back", "arrow_back")
            st.page_link("../pages/home.py", label="End the tour", icon=":material/close:")


def _offered() -> bool:
    return any(each.name == _COLLECTION for each in choosable_collections())


def _step_number() -> int:
    number = url_state.read_number(_PARAMETER, 0, 1, len(STEPS))
    return number if number and _offered() else 0


def _link(number: int, label: str, icon: str) -> None:
    """Show a link to a step."""
    step = STEPS[number - 1]
    link(step.page, label, f"tour-{number}", f":material/{icon}:", **step.view, **{_PARAMETER: str(number)})
