"""The three plays of the page *Words*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from devise_core.datatypes import Reading, WordHit
from devise_core.text.query import Query
from ui import url_state
from ui.errors import shown
from ui.hit.detail import open_hit
from ui.query.first_matches import first_matches
from ui.query.reading import show_reading
from ui.searchbox import example_pills, search_box, search_for
from ui.server.engine_cache import engine
from ui.session_query import read_query
from ui.text import plain
from ui.widget_keys import by_hand, key_for
from ui.words.word_path import strip

MODE, START, END = "mode", "a", "b"
"""Parameters in the address."""
NEAR = ("violin", "castle", "avian", "winter", "submarine", "laughter")
SUMS = ("king - man + woman", "paris - france + italy", "kitten - cat + dog", "piano - music + food", "bird - sky + sea")
WAYS = (("tree", "car"), ("bird", "violin"), ("fish", "bird"), ("apple", "horse"), ("fruit", "music"))
WORDS, PICTURES, STEPS = 24, 6, 5


def choose_mode(modes: Mapping[str, str]) -> str:
    """One of ``modes`` (name in the address → title); a link brings it back."""
    mode = url_state.one_of(MODE, modes, next(iter(modes)))
    key = key_for("words-mode", mode)
    chosen = st.segmented_control(
        "Play",
        list(modes),
        default=mode,
        format_func=modes.__getitem__,
        required=True,
        key=key,
        label_visibility="collapsed",
        on_change=by_hand(key, lambda mode: url_state.put(**{MODE: mode, url_state.QUERY: None})),
    )
    return chosen or next(iter(modes))


def _asked(play: str, placeholder: str, examples: Sequence[str]) -> str:
    """The query of a ``play``, or the first of its ``examples``."""
    search_box(play, placeholder)
    example_pills(play, examples)
    return url_state.text(url_state.QUERY) or examples[0]


def nearest() -> None:
    """The words nearest to one, each to go on from."""
    query = _asked("words_near", "A word: violin, winter…", NEAR)
    with shown("q"):
        here = engine()
        asked = read_query(here, query)
        hits = here.similar_words(asked, k=WORDS)
        show_reading(asked.reading, "q")
        st.header(f"Nearest to {plain(query, 60)}")
        _press(hits)
        st.caption("By cosine in the word vectors themselves (GloVe), learned from text alone. Press one to go on from it.")
        _pictures(asked)


def sums() -> None:
    """A sum of words, and the words and pictures nearest to it."""
    query = _asked("words_sum", "king - man + woman", SUMS)
    with shown("q"):
        here = engine()
        asked = read_query(here, query)
        hits = here.similar_words(asked, k=WORDS)
        st.header(f"{_equation(asked.reading)} ≈ {plain(hits[0].word)}")
        show_reading(asked.reading, "q")
        _press(hits)
        st.caption(
            "Each word is an arrow of length 1. The arrows are added, those behind a minus turned round; shown are the "
            "words nearest to where the sum points. The words of the sum itself are left out, as they are always near."
        )
        _pictures(asked)


def between() -> None:
    """Two words, and what lies on the straight way between them."""
    start, end = _ends()
    left, right = st.columns(2)
    for column, name, word, label in ((left, START, start, "From"), (right, END, end, "To")):
        key = key_for(f"words-{name}", word)
        column.text_input(label, word, key=key, max_chars=60, on_change=by_hand(key, partial(_walk, name)))
    lit = f"{start} → {end}" if (start, end) in WAYS else None
    key = key_for("words-ways", lit)
    st.pills(
        "Examples",
        [f"{a} → {b}" for a, b in WAYS],
        default=lit,
        key=key,
        label_visibility="collapsed",
        on_change=by_hand(key, _walk_example),
    )
    with shown():
        here = engine()
        pressed = strip(here, here.word_path(start, end, STEPS))
        st.caption(
            "The two words are arrows of length 1, and the way turns from one to the other in equal angles. At each step: "
            f"the noun nearest to it among the words, and the nearest picture of {plain(here.collection.name)}; "
            "none of them twice."
        )
        if pressed.picture:
            open_hit(pressed.picture)
        if pressed.word:
            search_for(pressed.word, MODE, START, END)
            st.rerun()


def _press(hits: Sequence[WordHit]) -> None:
    """A button for each word with its cosine; pressed, its own neighbours are shown."""
    with st.container(horizontal=True, key="words_found"):
        for hit in hits:
            st.button(f"{plain(hit.word)} :small[{hit.cosine:.2f}]", key=f"word-{hit.word}", on_click=_go_on, args=(hit.word,))


def _pictures(query: Query) -> None:
    here = engine()
    st.markdown(f"**And in pictures**, among {plain(here.collection.name)}")
    first_matches(here, query, "words", PICTURES)


def _equation(reading: Reading) -> str:
    return " ".join(
        ("− " if term.weight < 0 else "+ " if place else "") + plain(term.word, 40) for place, term in enumerate(reading.terms)
    )


def _go_on(word: str) -> None:
    search_for(word, MODE)


def _ends() -> tuple[str, str]:
    start, end = url_state.text(START), url_state.text(END)
    return (start, end) if start or end else WAYS[0]


def _walk(name: str, word: str) -> None:
    url_state.put(**{**dict(zip((START, END), _ends(), strict=True)), name: " ".join(word.split())})


def _walk_example(example: str | None) -> None:
    if example:
        url_state.put(**dict(zip((START, END), example.split(" → "), strict=True)))
