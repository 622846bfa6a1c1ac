"""How a query was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from devise_core.datatypes import Reading, Term
from devise_core.engine import Engine, Images
from ui.errors import offer_spellings
from ui.server.engine_cache import engine
from ui.text import plain

MOST = 8
"""Terms shown: on a phone more would push the results off the screen."""

LEAST = 0.005
"""A smaller share would read "0%"."""

_HOW = "Nearest words of each. Rare words weigh more than common ones."


def show_reading(reading: Reading, field: str, pictures: Images | None = None) -> None:
    """A line of tags, each with sign and share, its nearest words on hover; what was read as what; words left out, with spellings.

    Nothing for a single word read as it stands. ``pictures``: as ``Engine.read_text`` was given.
    """
    said = [f":small[{plain(word)} was read as {plain(form)}]" for word, form in reading.read_as.items()]
    terms = _together(reading.terms)
    if len(terms) > 1 or any(term.kind == "picture" for term in terms):
        here = engine()
        said.insert(0, ":small[Read as] " + " ".join(_tag(term) for term in terms))
        st.markdown(" ".join(said), help="\n\n".join((*(_near(here, term, pictures) for term in terms), _HOW)))
    elif said:
        st.markdown(" ".join(said))
    if reading.left_out:
        st.caption("Left out, no word vector: " + ", ".join(plain(word) for word in reading.left_out))
        offer_spellings(reading.left_out, field)


def _together(terms: Sequence[Term]) -> list[Term]:
    """Each word once, in order; of many the weightiest."""
    once: dict[tuple[str, str], Term] = {}
    for term in terms:
        before = once.get((term.kind, term.word))
        once[term.kind, term.word] = replace(term, weight=term.weight + before.weight) if before else term
    weighty = sorted((term for term in once.values() if abs(term.weight) >= LEAST), key=lambda term: -abs(term.weight))[:MOST]
    return [term for term in once.values() if term in weighty]


def _tag(term: Term) -> str:
    icon = ":material/image: " if term.kind == "picture" else ""
    colour, sign = ("red", "− ") if term.weight < 0 else ("green", "")
    return f":{colour}-badge[{sign}{icon}{plain(term.word, 40)} {abs(term.weight):.0%}]"


def _near(here: Engine, term: Term, pictures: Images | None) -> str:
    words = _words(here.model_id, term.word, here) if term.kind == "words" else _names(here, term, pictures)
    return f"**{plain(term.word, 40)}**: {plain(', '.join(words))}"


@st.cache_data(max_entries=2_000, show_spinner=False)
def _words(model: str, word: str, _here: Engine) -> list[str]:  # noqa: ARG001  the cache's key
    return [hit.word for hit in _here.nearest_to_term(Term(word, 1.0))]


def _names(here: Engine, term: Term, pictures: Images | None) -> list[str]:
    return [hit.word for hit in here.nearest_to_term(term, pictures=pictures)]
