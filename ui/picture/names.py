"""The words that describe a picture."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.datatypes import WordHit
from devise_core.search.confidence import Confidence, confidence
from devise_core.search.naming import Names
from ui.assistance import announced
from ui.hit.best_words import contradicting, first_confidence
from ui.text import plain, similarity_help

_CONFIDENCE_HELP = (
    "For the demo’s own pictures, about 65% of the words marked “probably” are right, 40% of those marked “maybe”, and 10% of "
    "those marked “not sure”. The percentage of a general word, such as “dog”, includes those of more specific words, such "
    "as breeds."
)
_OTHERS = "Other words that may fit, and how likely each is. "
_GENERAL = "A general word can have a higher percentage than the best name."
_NOT_IN_ORDER = "The app’s first choice need not be the likeliest word, because it also compares words with the picture."
_ORDER_HELP = (
    "A picture of a hammer is also a picture of a tool. The app is often surer of the general word, although it tells you less."
)
_SCORE_HELP = (
    "The score says how well a word fits. A word fits if it scores {threshold:.2g} or more, and at least half as much as the "
    "best word."
)
LIKELY = 0.1
"""If the app is not sure of the best word, the heading also names a word that has at least this probability and is at least twice
as probable as the best word. If the best word is below ``LEAST_SHOWN``, any word that is not is named too."""
GUESS = 0.5
"""A visitor's word may fit if its score is at least this share of the threshold above which a word fits."""
LEAST_SHOWN = 0.01
"""Words below this probability are listed together in one line, without bars."""


def show_names(names: Names) -> None:
    """Show the noun that fits best, then more specific names, then the other nouns, the most probable first.

    The noun that fits best need not be the most probable. "vehicle" is at least as probable as "bobsled", but tells less.
    """
    surest = contradicting(names) if names.hits else ""
    if names.hits:
        with announced("name"):
            st.header(_heading(names, surest), help=_CONFIDENCE_HELP)
    if names.specific:
        st.markdown("**More specific:** " + ", ".join(plain(hit.word) for hit in names.specific))
    pairs = list(zip(names.hits, (min(share, 1.0) for share in names.shares), strict=True))
    pairs.sort(key=lambda pair: pair[0].word != surest)  # of two guesses, the more likely one first
    others = sorted((pair for pair in pairs[1:] if pair[1] >= LEAST_SHOWN), key=lambda pair: -pair[1])
    with st.container(key="label-bars"):
        for hit, share in pairs[:1]:
            sure = confidence(share) if surest else first_confidence(names)
            if sure == confidence(share):
                _bar(hit, share, sure)
            else:  # the word is "maybe" because of its score, so its low percentage would look wrong
                st.markdown(f"{plain(hit.word)}  ·  {sure}")
        if others:
            is_best = bool(surest) or first_confidence(names) != "not sure"
            st.caption(_OTHERS + (_GENERAL if is_best else _NOT_IN_ORDER), help=_ORDER_HELP)
        for hit, share in others:
            _bar(hit, share, confidence(share))
    if unlikely := [plain(hit.word) for hit, share in pairs[1:] if share < LEAST_SHOWN]:
        st.caption(f"Words with a likelihood below {LEAST_SHOWN:.0%}: {', '.join(unlikely)}")


def _bar(hit: WordHit, share: float, sure: Confidence) -> None:
    percent = f"{share:.0%}" if share >= LEAST_SHOWN else f"below {LEAST_SHOWN:.0%}"
    st.progress(share, text=f"{plain(hit.word)}  ·  {sure}  ·  {percent}")


def _heading(names: Names, surest: str) -> str:
    word = names.hits[0].word
    if surest:
        return f"Probably {plain(surest)}. Another guess is {plain(word)}"
    if first_confidence(names) != "not sure":
        return f"Best name: {plain(word)}"
    least = max(LIKELY, 2 * names.shares[0]) if names.shares[0] >= LEAST_SHOWN else LEAST_SHOWN
    likelier = [hit.word for hit, share in zip(names.hits, names.shares, strict=True) if share >= least]
    return f"Not sure. Perhaps {plain(likelier[0])} or {plain(word)}" if likelier else _not_sure(word)


def _not_sure(word: str) -> str:
    return f"Not sure. The best guess is {plain(word)}"


def _fit(score: float, threshold: float, best: float = 0.0) -> str:
    """Return in words how well a visitor's word fits. To fit, its score must be at least ``threshold`` and half of ``best``."""
    return "fits" if score >= max(threshold, best / 2) else "may fit" if score >= GUESS * threshold else "hardly fits"


def show_nearest_words(hits: Sequence[WordHit]) -> None:
    """Show the words of the vocabulary nearest to a picture, with their similarity. Among so many words, each is only a guess."""
    if hits:
        st.header("Words close in meaning", help=similarity_help("a word is to the picture"))
        st.caption("These words are guesses. They are nearest in meaning to what the app sees, and some will be wrong.")
    else:
        st.header("Not sure")
    with st.container(key="label-bars"):
        for hit in hits:
            _value_bar(hit.word, f"similarity {hit.cosine:z.2f}", hit.cosine)


def show_fitting_words(hits: Sequence[WordHit], threshold: float) -> None:
    """Show a visitor's words, with how well each fits a picture.

    Args:
        hits: The words, the best first.
        threshold: The score below which the app is not sure of a word.
    """
    best = _fit(hits[0].score, threshold) if hits else "hardly fits"
    if best == "hardly fits":
        st.header("Not sure")
        st.caption("The app is not sure that any of these words fits this picture.")
    else:
        word = hits[0].word
        st.header(f"Best name: {plain(word)}" if best == "fits" else _not_sure(word), help=_SCORE_HELP.format(threshold=threshold))
    fitting = [hit for hit in hits if hit.score > 0]
    with st.container(key="label-bars"):
        for hit in fitting:
            _value_bar(hit.word, f"{_fit(hit.score, threshold, hits[0].score)}  ·  score {hit.score:z.2f}", hit.score)
    unfit = [plain(hit.word) for hit in hits[len(fitting) :]]
    if unfit and fitting:
        st.caption(f"{'These words do not fit' if best == 'fits' else 'These words fit even less'}: {', '.join(unfit)}")


def _value_bar(word: str, text: str, value: float) -> None:
    st.progress(min(max(value, 0.0), 1.0), text=f"{plain(word)}  ·  {text}")
