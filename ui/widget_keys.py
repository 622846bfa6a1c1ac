"""Widgets that show what the address says without undoing what the visitor does in the meantime."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from ui.callbacks import uninterrupted


def widget_key(name: str, value: object) -> str:
    """Return the key of the widget ``name``, to be drawn with ``value`` as its default.

    The key stays the same while only the visitor changes the widget. When anything else changes the value (Back, a link,
    another query), the key changes and a new widget replaces the old one. Sending a new value to an existing widget is no
    alternative. It would undo what the visitor has done since, and a widget in a closed popover would ignore it and later
    report its old value.
    """
    number, known = st.session_state.get(_state_key(name), (0, value))
    number += known != value
    st.session_state[_state_key(name)] = number, value
    return f"{name}-{number}"


def when_current(key: str, on_change: Callable[[Any], None], convert: Callable[[Any], Any] | None = None) -> Callable[[], None]:
    """Return a callback for the widget ``key`` that passes its value to ``on_change``.

    It does nothing if a new widget has already replaced this one, which the browser did not know yet.

    Args:
        key: The widget's key, from ``widget_key``.
        on_change: Called with the new value.
        convert: Turns the widget's value into the kind of value that ``widget_key`` was given.
    """
    name, _, number = key.rpartition("-")

    @uninterrupted
    def changed() -> None:
        if st.session_state[_state_key(name)][0] == int(number):
            value = st.session_state[key] if convert is None else convert(st.session_state[key])
            st.session_state[_state_key(name)] = int(number), value
            on_change(value)

    return changed


def _state_key(name: str) -> str:
    return f"widget-{name}"
