"""Keys for widgets that show a value from the address of the page without undoing what the visitor does in the meantime."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from ui.callbacks import uninterrupted


def widget_key(name: str, value: object) -> str:
    """Return the key of the widget ``name``, which the caller draws with ``value`` as its default.

    The key stays the same while only the visitor changes the widget. When anything else changes the value (Back, a link,
    another query), the key changes and a new widget replaces the old one. Sending the new value to the existing widget does
    not work. It would undo what the visitor has done since, and a widget in a closed popover would ignore the new value and
    later report its old value.
    """
    number, known = st.session_state.get(_state_key(name), (0, value))
    number += known != value
    st.session_state[_state_key(name)] = number, value
    return f"{name}-{number}"


def when_current(key: str, on_change: Callable[[Any], None], convert: Callable[[Any], Any] | None = None) -> Callable[[], None]:
    """Return a callback for the widget ``key`` that passes its value to ``on_change``.

    The callback does nothing if a new widget has already replaced this widget, but the browser still showed the old one.

    Args:
        key: The widget's key, from ``widget_key``.
        on_change: Called with the new value.
        convert: Converts the widget's value to the type of the ``value`` given to ``widget_key``. None if no conversion is needed.
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
