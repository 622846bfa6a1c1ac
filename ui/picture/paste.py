"""A picture from the clipboard."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.component import component
from ui.picture.dropzone import decode

_PASTE = component("paste", "shrink")


def paste(key: str, visible: bool, most: int, take: Callable[[bytes], None]) -> None:
    """Listen on the whole page; the button is shown where ``visible``. ``take`` is called with at most ``most`` bytes."""

    def received() -> None:
        if data := decode(st.session_state[key]["picture"], most):
            take(data)

    _PASTE(key=key, data=[visible, most], on_picture_change=received)
