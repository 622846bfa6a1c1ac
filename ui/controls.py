"""Widgets whose value is part of the view: shown as the address has it, and written back to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ui import url_state
from ui.widget_keys import by_hand, key_for


def choose_several(label: str, name: str, options: Sequence[str], placeholder: str) -> list[str]:
    """Any of ``options``."""
    value = url_state.several(name, options)
    key = _key(name, value)
    return st.multiselect(label, options, value, key=key, placeholder=placeholder, on_change=_written(name, key))


def choose_one(label: str, name: str, options: Sequence[str], words: Callable[[str], str] = str) -> str:
    """One of ``options``; the first is not written."""
    value = url_state.one_of(name, options, options[0])
    key = _key(name, value)
    chosen = st.segmented_control(
        label,
        options,
        default=value,
        key=key,
        required=True,
        format_func=words,
        on_change=_written(name, key, options[0]),
        label_visibility="collapsed",
    )
    return chosen or options[0]


def switch(label: str, name: str, help: str | None = None) -> bool:
    """On or off; off is not written."""
    value = url_state.one_of(name, ("1",), "") == "1"
    key = _key(name, value)
    return st.toggle(label, value, key=key, help=help, on_change=_written(name, key, False))


def slide(label: str, name: str, low: int, high: int, default: int, help: str | None = None) -> int:
    """A whole number; ``default`` is not written, so that it may change with the query."""
    value = url_state.number(name, default, low, high)
    key = _key(name, value)
    return int(st.slider(label, low, high, value, key=key, help=help, on_change=_written(name, key, default)))


def turn_pages(count: int) -> int:
    """Which of ``count`` pages, from 1."""
    value = min(url_state.number(url_state.PAGE, 1, 1, 99_999_999), count)
    key = _key(url_state.PAGE, value)
    room = 44 * (min(count, 7) + 2)  # px; left to itself in a row it shows one page only
    return st.pagination(count, default=value, width=room, key=key, on_change=_written(url_state.PAGE, key, 1))


def _key(name: str, value: object) -> str:
    return key_for(f"view-{name}", value)


def _written(name: str, key: str, unwritten: object = None) -> Callable[[], None]:
    def write(value: bool | int | str | list[str] | None) -> None:
        written = None if value == unwritten else int(value) if isinstance(value, bool) else value
        url_state.put(**{url_state.PAGE: None, name: written})  # whose own value counts where it is the page

    return by_hand(key, write)
