"""Widgets whose value is part of the view: shown as the address has it, and written back to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ui import address


def choose_several(label: str, name: str, options: Sequence[str], placeholder: str) -> list[str]:
    """Any of ``options``."""
    key = _shown(name, address.several(name, options))
    return st.multiselect(label, options, key=key, placeholder=placeholder, on_change=_written(name, key))


def choose_one(label: str, name: str, options: Sequence[str], words: Callable[[str], str] = str) -> str:
    """One of ``options``; the first is not written."""
    key = _shown(name, address.one_of(name, options, options[0]))
    written = _written(name, key, options[0])
    chosen = st.segmented_control(label, options, key=key, required=True, format_func=words, on_change=written,
                                  label_visibility="collapsed")
    return chosen or options[0]


def switch(label: str, name: str, help: str | None = None) -> bool:
    """On or off; off is not written."""
    key = _shown(name, address.one_of(name, ("1",), "") == "1")
    return st.toggle(label, key=key, help=help, on_change=_written(name, key, False))


def slide(label: str, name: str, low: int, high: int, default: int, help: str | None = None) -> int:
    """A whole number; ``default`` is not written, so that it may change with the query."""
    key = _shown(name, address.number(name, default, low, high))
    return int(st.slider(label, low, high, key=key, help=help, on_change=_written(name, key, default)))


def turn_pages(count: int) -> int:
    """Which of ``count`` pages, from 1."""
    key = _shown(address.PAGE, min(address.number(address.PAGE, 1, 1, 99_999_999), count))
    room = 44 * (min(count, 7) + 2)  # px; left to itself in a row it shows one page only
    return st.pagination(count, width=room, key=key, on_change=_written(address.PAGE, key, 1))


def _shown(name: str, value: object) -> str:
    key = f"view-{name}"
    just_moved = st.session_state.pop(f"{key}-moved", False)
    if not just_moved or st.session_state.get(key) != value:  # sent back, it would undo what the hand has done since
        st.session_state[key] = value  # at every other run: a widget in a closed popover is drawn by the browser only later
    return key


def _written(name: str, key: str, unwritten: object = None) -> Callable[[], None]:
    def write() -> None:
        value = st.session_state[key]
        st.session_state[f"{key}-moved"] = True
        if name != address.PAGE:
            address.put(**{address.PAGE: None})
        address.put(**{name: None if value == unwritten else int(value) if isinstance(value, bool) else value})

    return write
