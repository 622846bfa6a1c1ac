"""The three modes of the page *Words*: similar words, word arithmetic, and the path from one word to another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from devise_core.datatypes import Reading, Term, WordHit
from devise_core.engine import Engine
from devise_core.errors import NoCollectionError, QueryError, UnknownWordError
from devise_core.text.query import Query
from devise_core.text.tokens import tokens
from ui import url_state
from ui.assistance import announced
from ui.blocked_words import NO_PATH, NO_WORDS, refuse_blocked, words_of
from ui.callbacks import uninterrupted
from ui.errors import show_errors
from ui.hit.detail import open_hit
from ui.query.examples import shown_examples
from ui.query.first_matches import first_matches
from ui.query.reading import show_reading
from ui.searchbox import allowed_examples, example_pills, search_box, search_for
from ui.server.engine_cache import current_engine
from ui.session_query import read_query
from ui.text import NO_WORD_LIST, WORD_HELP, plain
from ui.widget_keys import when_current, widget_key
from ui.words.sums import ANIMALS, COLOUR, check_sum, words_of_sum
from ui.words.word_list import PREJUDICE, needs_warning, shown_words
from ui.words.word_path import word_path

MODE, START, END = "mode", "a", "b"
"""The names of parameters in the page's address: the mode, and the first and the last word of a path."""
SIMILAR_EXAMPLES = ("fish", "castle", "violin", "guitar", "flower", "bridge", "insect", "mountain", "vehicle", "feline")
"""Words that may be offered as examples. A word is offered if the chosen collection has images of it."""
SUM_EXAMPLES = ("tea - leaf + bean", "king - man + woman", "paris - france + italy", "kitten - cat + dog", "car - road + sky")
PATH_EXAMPLES = (
    ("sunflower", "cat"),
    ("sheep", "castle"),
    ("mountain", "fish"),
    ("lighthouse", "cat"),
    ("car", "dog"),
    ("tiger", "car"),
    ("car", "bird"),
)
"""First and last words of paths. A pair is offered if the chosen collection has images of both words."""
ONE_NAME = "These words cannot be combined. Type one word, or the name of one thing."
WORDS, PICTURES, STEPS = 24, 6, 5
KNOWN = 0.4
"""A rare word counts as unknown if its cosine with every familiar word is below this. The largest cosine is 0.34 for "zzzz", and
0.43 for "meowing"."""


def show_mode() -> None:
    """Let the visitor choose a mode and show it. The mode is part of the address.

    If the model has no vocabulary, show a message that says so instead.

    Raises:
        DeviseError: The engine cannot be loaded.
    """
    if current_engine().vocabulary is None:
        st.info(f"{NO_WORD_LIST} You can still search for pictures by text.", icon=":material/menu_book:")
        return
    modes: dict[str, tuple[str, Callable[[], None]]] = {
        "near": ("Similar words", _similar_words),
        "sum": ("Arithmetic", _arithmetic),
        "way": ("Word to word", _path),
    }
    mode = url_state.read_choice(MODE, modes, next(iter(modes)))
    key = widget_key("words-mode", mode)
    chosen = st.segmented_control(
        "Mode",
        list(modes),
        default=mode,
        format_func=lambda name: modes[name][0],
        required=True,
        key=key,
        label_visibility="collapsed",
        on_change=when_current(key, lambda name: url_state.update(**{MODE: name, url_state.QUERY: None})),
    )
    modes[chosen or mode][1]()


def _query(mode: str, placeholder: str, examples: Sequence[str]) -> str:
    """Show the search box, and return the query. If the visitor has entered none, return the first example that is allowed."""
    search_box(mode, placeholder, choose=False)
    example_pills(mode, examples)
    return url_state.read_text(url_state.QUERY) or (allowed_examples(examples) or [examples[0]])[0]


def _read(engine: Engine, text: str) -> Query:
    query = read_query(engine, text)
    refuse_blocked(engine, words_of(query), NO_WORDS, sex_and_age=False)
    _refuse_meaningless(engine, query.words)
    try:
        check_sum(query)
    except QueryError as error:
        if len(query.clauses) == 1 and str(error) in (ANIMALS, COLOUR):  # a visitor who typed one name combined nothing
            raise QueryError(ONE_NAME) from None
        raise
    return query


def _refuse_meaningless(engine: Engine, words: Sequence[str]) -> None:
    """Refuse words that may mean nothing.

    Raises:
        UnknownWordError: All of ``words`` are rare, and no familiar word is similar to any of them (see ``KNOWN``).
    """
    vocabulary = engine.vocabulary
    if vocabulary and vocabulary.only_rare(words):
        nearest = [hit for word in words for hit in engine.nearest_to_term(Term(word, 1.0), k=1)]
        if max((hit.cosine for hit in nearest), default=0.0) < KNOWN:
            raise UnknownWordError(vocabulary.spellings(words))


def _similar_words() -> None:
    """Show the words most similar to a word."""
    text = _query("words_near", "A word, such as fish or violin…", shown_examples(SIMILAR_EXAMPLES))
    with show_errors("q"):
        engine = current_engine()
        query = _read(engine, text)
        hits = shown_words(engine, query, WORDS)
        show_reading(query.reading, "q")
        if needs_warning(engine, words_of_sum(query), hits):
            st.info(PREJUDICE, icon=":material/info:")
        reading = query.reading
        with announced("words"):
            st.header(f"Most similar to {plain(_equation(reading) if reading.corrected else text, 60)}")
        _word_buttons(hits)
        st.caption(
            "Words are similar here if they occur in similar texts on the web and in the news. For example, “apple” is similar to "
            "“computer”, because Apple is also a company. The app learned this from text alone. Click a "
            "word to see the words similar to it.",
            help=WORD_HELP,
        )
        _pictures(query)


def _arithmetic() -> None:
    """Show the words and pictures most similar to a sum of words."""
    text = _query("words_sum", SUM_EXAMPLES[0], SUM_EXAMPLES)
    with show_errors("q"):
        engine = current_engine()
        query = _read(engine, text)
        hits = shown_words(engine, query, WORDS)
        about_people = needs_warning(engine, words_of_sum(query), hits)
        result = "" if not hits or (about_people and text not in SUM_EXAMPLES) else f" ≈ {plain(hits[0].word)}"
        st.header(_equation(query.reading) + result)
        show_reading(query.reading, "q")
        if about_people:
            st.info(PREJUDICE, icon=":material/info:")
        _word_buttons(hits)
        st.caption(
            "The app stores the meaning of each word as a list of numbers. It adds and subtracts these lists, and shows the "
            "words most similar to the result. The words of the query itself are left out, because they would always come first.",
            help=WORD_HELP,
        )
        _pictures(query)


def _path() -> None:
    """Show the words and pictures between two words."""
    start, end = _ends()
    left, right = st.columns(2)
    for column, name, word, label in ((left, START, start, "From"), (right, END, end, "To")):
        key = widget_key(f"words-{name}", word)
        column.text_input(label, word, key=key, max_chars=60, on_change=when_current(key, partial(_set_end, name)))
    allowed = allowed_examples([f"{a} → {b}" for a, b in _shown_paths()])
    selected = f"{start} → {end}" if f"{start} → {end}" in allowed else None
    key = widget_key("words-examples", selected)
    st.pills(
        "Examples",
        allowed,
        default=selected,
        key=key,
        label_visibility="collapsed",
        wrap=True,
        on_change=when_current(key, _set_example),
    )
    with show_errors("ends", (START, END)):
        engine = current_engine()
        refuse_blocked(engine, [start, end], NO_PATH)
        for end_words in (tokens(start), tokens(end)):
            _refuse_meaningless(engine, end_words)
        clicked = word_path(engine, engine.word_path(start, end, STEPS))
        st.caption(
            "The app goes from the first word to the second in equal steps of meaning. At each step, it shows the word "
            "whose meaning is nearest to that point on the way, and how near it is. If "
            f"“{plain(engine.collection.title)}” has a clear picture of what the word names, it shows the picture too. "
            "No word or picture appears twice.",
        )
        if clicked.picture:
            open_hit(clicked.picture)
        if clicked.word:
            search_for(clicked.word, MODE, START, END)
            st.rerun()


def _word_buttons(hits: Sequence[WordHit]) -> None:
    """Show a button for each word. A click on a button shows the words similar to its word."""
    if not hits:
        st.info("There are no similar words to show here. Try other words.", icon=":material/info:")
    with st.container(horizontal=True, key="words_found"):
        for hit in hits:
            label = f"{plain(hit.word)} :small[{hit.cosine:z.2f}]"
            st.button(label, key=f"word-{hit.word}", on_click=uninterrupted(search_for), args=(hit.word, MODE))


def _pictures(query: Query) -> None:
    engine = current_engine()
    if not len(engine.collection):
        raise NoCollectionError
    st.markdown(f"**Pictures from “{plain(engine.collection.title)}”**")
    first_matches(engine, query, "words", PICTURES, closest_too=False)


def _equation(reading: Reading) -> str:
    return " ".join(
        ("− " if term.weight < 0 else "+ " if place else "") + plain(term.word, 40) for place, term in enumerate(reading.terms)
    )


def _ends() -> tuple[str, str]:
    start, end = url_state.read_text(START), url_state.read_text(END)
    return (start, end) if start or end else _shown_paths()[0]


def _shown_paths() -> list[tuple[str, str]]:
    shown = shown_examples([word for pair in PATH_EXAMPLES for word in pair])
    return [pair for pair in PATH_EXAMPLES if set(pair) <= set(shown)] or list(PATH_EXAMPLES)


def _set_end(name: str, word: str) -> None:
    url_state.update(**{**dict(zip((START, END), _ends(), strict=True)), name: " ".join(word.split())})


def _set_example(example: str | None) -> None:
    if example:
        url_state.update(**dict(zip((START, END), example.split(" → "), strict=True)))
