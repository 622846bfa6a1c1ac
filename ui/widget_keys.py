"""Widgets that show what the address says, and never undo what the hand does meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st


def key_for(name: str, value: object) -> str:
    """The key of the widget ``name``, which is to be drawn with ``value`` as its default.

    It stays while the hand alone moves the widget. Once anything else did (Back, a link, another query) it is a new one, so that
    a new widget takes its place: a value sent to one that is there would undo what the hand has done since, and one in a closed
    popover would not take it, but answer the next press with what it held before.
    """
    number, known = st.session_state.get(_place(name), (0, value))
    number += known != value
    st.session_state[_place(name)] = number, value
    return f"{name}-{number}"


def by_hand(key: str, take: Callable[[Any], None]) -> Callable[[], None]:
    """What to do on a change of the widget ``key``: ``take`` its value, unless another widget has its place by now, of which the
    browser has not heard yet."""
    name, _, number = key.rpartition("-")

    def changed() -> None:
        if st.session_state[_place(name)][0] == int(number):
            st.session_state[_place(name)] = int(number), st.session_state[key]
            take(st.session_state[key])

    return changed


def _place(name: str) -> str:
    return f"held-{name}"
