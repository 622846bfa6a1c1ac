"""Widgets whose value is part of the view: read from the address, and written back to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from ui import url_state
from ui.widget_keys import when_current, widget_key


def choose_several(label: str, name: str, options: Sequence[str], placeholder: str) -> list[str]:
    """Let the visitor choose any of ``options``."""
    value = url_state.read_choices(name, options)
    key = _key(name, value)
    return st.multiselect(label, options, value, key=key, placeholder=placeholder, on_change=_written(name, key))


def choose_one(label: str, name: str, options: Sequence[str], format_func: Callable[[str], str] = str) -> str:
    """Let the visitor choose one of ``options``. The first one is the default and is not written to the address."""
    value = url_state.read_choice(name, options, options[0])
    key = _key(name, value)
    choice = st.segmented_control(
        label,
        options,
        default=value,
        key=key,
        required=True,
        format_func=format_func,
        on_change=_written(name, key, options[0]),
        label_visibility="collapsed",
    )
    return choice or options[0]


def toggle(label: str, name: str, help_text: str | None = None) -> bool:
    """Let the visitor turn an option on or off. Off is not written to the address."""
    value = url_state.read_choice(name, ("1",), "") == "1"
    key = _key(name, value)
    return st.toggle(label, value, key=key, help=help_text, on_change=_written(name, key, False))


def hundredths_slider(label: str, name: str, default: int, help_text: str | None = None) -> int:
    """Let the visitor choose a number from 0 to 1, and return it in hundredths, as the address has it.

    ``default`` is not written to the address, so that it may change with the query.
    """
    value = url_state.read_number(name, default, 0, 100)
    key = _key(name, value)
    on_change = _written(name, key, default, _hundredths)
    return _hundredths(st.slider(label, 0.0, 1.0, value / 100, 0.01, key=key, help=help_text, on_change=on_change))


def page_number(count: int) -> int:
    """Let the visitor choose one of ``count`` pages, and return the number of the page, from 1."""
    value = min(url_state.read_number(url_state.PAGE, 1, 1, 99_999_999), count)
    key = _key(url_state.PAGE, value)
    width = 44 * (min(count, 7) + 2)  # px; without a width the widget shows only one page number in a row
    return st.pagination(count, default=value, width=width, key=key, on_change=_written(url_state.PAGE, key, 1))


def _key(name: str, value: object) -> str:
    return widget_key(f"view-{name}", value)


def _hundredths(value: float) -> int:
    return round(100 * value)


def _written(name: str, key: str, unwritten: object = None, convert: Callable[[Any], Any] | None = None) -> Callable[[], None]:
    def write(value: bool | int | str | list[str] | None) -> None:
        text = None if value == unwritten else int(value) if isinstance(value, bool) else value
        url_state.update(**{url_state.PAGE: None, name: text})  # back to the first page, unless the page is what changed

    return when_current(key, write, convert)
