"""Labels that a visitor typed to name pictures with."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

import streamlit as st

from devise_core.engine import Engine
from devise_core.errors import QueryError, UnknownWordError
from devise_core.search.probes import IN_GENERAL
from devise_core.vision.image_encoder import Encoded
from ui.blocked_words import blocked_words
from ui.text import plain

NOT_USED = (
    "If a picture may show people, the app leaves out words that could insult these people or be wrong about them. "
    "It never uses sensitive words, such as names of religions and crimes."
)
ONLY_SURE = "This picture may show people, so the app lists only those of your words that it is sure of."
ADD_PEOPLE = "Add “people” to your words to have a word for pictures of people."
_SEPARATOR = re.compile(r"[,;\n]")


def read_labels(engine: Engine, text: str) -> list[str]:
    """Return those typed labels that can be used to name a picture, and tell the visitor which are left out.

    Args:
        engine: The engine, with the word filter of the operator.
        text: Labels separated by commas, semicolons or line breaks.

    Returns:
        The labels that can be used. If none of them has a known word, all are returned, and the engine then raises an error.
    """
    typed = [label.strip() for label in _SEPARATOR.split(text) if label.strip()]
    blocked = blocked_words(engine, typed)
    if blocked:
        words, pronoun = ("word", "it") if len(blocked) == 1 else ("words", "them")
        st.caption(f"Left out {len(blocked)} {words}: this site’s word filter does not allow {pronoun}.")
    labels = [label for label in typed if label not in blocked]
    faults = {label: fault for label in labels if (fault := _fault(engine, label))}
    if len(faults) == len(labels):
        return labels
    for fault in faults.values():
        st.caption(f"Left out. {plain(fault)}")
    return [label for label in labels if label not in faults]


def say_not_used(engine: Engine, labels: Sequence[str], encoded: Encoded, used: Container[str]) -> list[str]:
    """Say which typed labels are left out because they could insult people or be wrong about people.

    Args:
        engine: The engine.
        labels: The labels that the visitor typed.
        encoded: The vectors of the pictures.
        used: The labels that at least one picture got.

    Returns:
        The labels that are left out.
    """
    left_out = [label for label in engine.risky_labels(labels, encoded) if label not in used] if labels else []
    if left_out:
        remedy = "" if "people" in labels else f" {ADD_PEOPLE}"
        st.caption(f"Not used: {_listed(left_out)}. {NOT_USED}{remedy}")
    return left_out


def say_not_listed(engine: Engine, labels: Sequence[str], encoded: Encoded, listed: Container[str]) -> None:
    """Say which typed labels are not listed for one picture.

    These are the labels that ``say_not_used`` names and, if the picture may show people, the labels that the app is not sure of.

    Args:
        engine: The engine.
        labels: The labels that the visitor typed.
        encoded: The vectors of the picture.
        listed: The labels that are listed.
    """
    left_out = say_not_used(engine, labels, encoded, listed)
    uncertain = [label for label in labels if label not in listed and label not in left_out]
    if not IN_GENERAL.issuperset(map(str.lower, uncertain)):  # "people" alone is not listed beside a cat
        st.caption(f"Not listed: {_listed(uncertain)}. {ONLY_SURE}")


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(plain(label, 40) for label in dict.fromkeys(labels))


def _fault(engine: Engine, label: str) -> str:
    """Return why a label cannot be read, or "" if it can be read."""
    try:
        engine.text.encode_checked([label])
        if engine.parts.scorer:
            engine.parts.scorer.text_side(label)
    except (QueryError, UnknownWordError) as error:
        return str(error)
    return ""
