"""How the app has read a query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from devise_core.datatypes import Correction, Reading, Term
from devise_core.engine import Engine, Images
from devise_core.errors import shortened
from devise_core.text.carriers import FUNCTION_WORDS
from devise_core.text.judged_people import judges_people
from devise_core.text.person_words import means_people
from devise_core.text.query import Query, corrected_text
from devise_core.text.sensitive_words import COLOURS, is_sensitive
from devise_core.text.tokens import with_words
from devise_core.text.unmodelled import quoted
from ui.callbacks import uninterrupted
from ui.errors import offer_spellings
from ui.searchbox import search_for
from ui.server.engine_cache import current_engine
from ui.text import plain

MAX_TERMS = 8
"""How many terms are shown. More would push the results off a phone's screen."""
MIN_SHARE = 0.005
"""Terms with a smaller share of the query are left out, because their share would be shown as 0%."""
_SHARES_HELP = "The percentage is how much each part counts. Within a phrase, rare words count more than common ones."
_NEAREST_HELP = "The lists in this box show the words most similar to parts of your query."


def show_reading(reading: Reading, field: str, pictures: Images | None = None) -> None:
    """Show how a query was read: a tag for each term with its sign and share, and the words that were not known.

    Nothing is shown for a single word that is read as it is. A text with a sensitive word (``is_sensitive``) has no tags, unless
    it names a picture. Words for sex and age do not count as sensitive here. The help text lists no similar words for a word
    that means people, unless the word is also a colour.

    Args:
        reading: How the query was read.
        field: Makes the keys of the spelling buttons unique.
        pictures: Name → embedding, as given to ``Engine.query``.
    """
    if reading.corrected:
        _show_corrections(reading, field)
    parts = [f":small[{plain(word)} was read as {plain(form)}]" for word, form in reading.read_as.items()]
    terms = merged_terms(reading.terms)
    if (len(terms) > 1 and not is_sensitive(reading.text, sex_and_age=False)) or any(term.kind == "picture" for term in terms):
        engine = current_engine()
        parts.insert(0, ":small[How much each part counts:] " + " ".join(_tags(terms, "+" in reading.text)))
        st.markdown(" ".join(parts), help=_help(engine, terms, pictures) if engine.vocabulary else None)
    elif parts:
        st.markdown(" ".join(parts))
    if reading.left_out:
        st.caption("The search ignores words that the app does not know: " + ", ".join(plain(word) for word in reading.left_out))
        offer_spellings(reading.left_out, field)
    if reading.dropped:
        st.caption(f"The search ignores {plain(quoted(reading.dropped), 200)}. It uses the rest of your query.")


def say_unmodelled(query: Query) -> None:
    """Offer another meaning of the query. Then name the words that the app cannot recognise in pictures, if there are any."""
    offer_other_meaning(query)
    if sentence := unmodelled_sentence(query, plain):
        st.caption(sentence)


def offer_other_meaning(query: Query) -> None:
    """Offer to read a query of one word as a foreign word or as a misspelled English word."""
    for word, meaning in query.other_meaning.items():
        with st.container(horizontal=True, vertical_alignment="center", key="other-meaning"):
            if sentence := other_meaning_sentence(word, meaning):
                st.caption(plain(sentence, 200), width="content")
            label = plain(other_meaning_offer(meaning))
            st.button(label, key="meaning", type="tertiary", on_click=uninterrupted(search_for), args=(meaning.form,))


def other_meaning_sentence(word: str, meaning: Correction) -> str:
    """Say what a word of the query means in another language. Return "" if its other meaning is a corrected spelling."""
    return f"In {meaning.language}, “{shortened(word)}” can mean {meaning.form}." if meaning.language else ""


def other_meaning_offer(meaning: Correction) -> str:
    """Return the label of the button that searches for the other meaning of a word."""
    return f"Search for {meaning.form}" if meaning.language else f"Did you mean {meaning.form}?"


def _show_corrections(reading: Reading, field: str) -> None:
    """Say what foreign and misspelled words were read as, and offer the query as it was typed."""
    literal = literal_query(reading)
    languages = list(dict.fromkeys(correction.language for correction in reading.corrected.values() if correction.language))
    foreign = {
        language: quoted([word for word, correction in reading.corrected.items() if correction.language == language])
        for language in languages
    }
    origin = f" ({', '.join(f'{language} {plain(words, 80)}' for language, words in foreign.items())})" if foreign else ""
    typed = plain(quoted(list(reading.corrected)), 80)
    with st.container(horizontal=True, vertical_alignment="center", key="corrected"):
        st.markdown(f"Showing results for **{plain(corrected_text(reading))}**{origin}", width="content")
        label = f"Search for {typed} exactly as typed"
        st.button(label, key=f"{field}-literal", type="tertiary", on_click=uninterrupted(search_for), args=(literal,))


def literal_query(reading: Reading) -> str:
    """Return the query as it was typed, with quotes around the corrected words, so that these are read as they are written."""
    return with_words(reading.text, {word: f'"{word}"' for word in reading.corrected})


def unmodelled_sentence(query: Query, shown: Callable[[str], str] = str) -> str:
    """Return a sentence about the words of the query that the app cannot recognise in pictures, or "" if there are none.

    If the query has only such words, the search uses them after all, and the sentence asks for the name of a thing.

    Args:
        query: A query that was read.
        shown: Prepares the words for display, such as ``plain`` for Markdown.
    """
    if not query.unmodelled:
        return ""
    words = shown(quoted(query.unmodelled))
    if query.only_unmodelled:
        return f"The app cannot recognise {words} in pictures. Add the name of a thing."
    ignored = "them" if len(query.unmodelled) > 1 else "it"
    sentence = f"The app cannot recognise {words} in pictures, so the search ignores {ignored}."
    return sentence if judges_people(query) else f"{sentence} It uses the rest of your query."


def merged_terms(terms: Sequence[Term]) -> list[Term]:
    """Return a term for each word and picture, in order. If there are more than ``MAX_TERMS``, only those with the largest shares.

    Words such as "of", which count little, are left out, and so are terms with a share below ``MIN_SHARE``. The shares are those
    of the query without words such as "of".
    """
    merged: dict[tuple[str, str], Term] = {}
    for term in terms:
        earlier = merged.get((term.kind, term.word))
        merged[term.kind, term.word] = replace(term, weight=term.weight + earlier.weight) if earlier else term
    named = [term for term in merged.values() if term.kind == "picture" or term.word not in FUNCTION_WORDS]
    total = sum(abs(term.weight) for term in named) or 1.0
    visible = (term for term in named if abs(term.weight) / total >= MIN_SHARE)
    largest = sorted(visible, key=lambda term: -abs(term.weight))[:MAX_TERMS]
    return [replace(term, weight=term.weight / total) for term in named if term in largest]


def _tags(terms: Sequence[Term], is_sum: bool) -> list[str]:
    """Return a tag for each term. In a sum, the terms that are added have a plus sign, except the first term."""
    return [_tag(term, "+ " if is_sum and place else "") for place, term in enumerate(terms)]


def _tag(term: Term, plus: str) -> str:
    icon = ":material/image: " if term.kind == "picture" else ""
    colour, sign = ("red", "− ") if term.weight < 0 else ("green", plus)
    return f":{colour}-badge[{sign}{icon}{plain(term.word, 40)} {abs(term.weight):.0%}]"


def _help(engine: Engine, terms: Sequence[Term], pictures: Images | None) -> str:
    """Explain the shares, and name the words nearest to each term that is a colour or not about people."""
    explained = [term for term in terms if term.kind == "picture" or term.word in COLOURS or not means_people(term.word)]
    nearest = [_nearest(engine, term, pictures) for term in explained]
    return "\n\n".join([*nearest, f"{_SHARES_HELP} {_NEAREST_HELP}" if nearest else _SHARES_HELP])


def _nearest(engine: Engine, term: Term, pictures: Images | None) -> str:
    words = _nearest_words(engine.model_id, term.word, engine) if term.kind == "words" else _nouns(engine, term, pictures)
    return f"**{plain(term.word, 40)}**: {plain(', '.join(words))}"


@st.cache_data(max_entries=2_000, show_spinner=False)
def _nearest_words(model_id: str, word: str, _engine: Engine) -> list[str]:  # noqa: ARG001  model_id is part of the cache key
    return [hit.word for hit in _engine.nearest_to_term(Term(word, 1.0))]


def _nouns(engine: Engine, term: Term, pictures: Images | None) -> list[str]:
    return [hit.word for hit in engine.nearest_to_term(term, pictures=pictures)]
