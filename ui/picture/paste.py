"""A picture from the clipboard."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.component import component
from ui.picture.dropzone import decode

_PASTE = component("paste", "shrink")


def paste(key: str, visible: bool, max_bytes: int, on_paste: Callable[[bytes], None]) -> None:
    """Listen for a pasted picture on the whole page.

    Args:
        key: The key of the component.
        visible: Whether the paste button is shown.
        max_bytes: The size of the largest picture that is accepted.
        on_paste: Called with the picture.
    """

    def receive() -> None:
        if data := decode(st.session_state[key]["picture"], max_bytes):
            on_paste(data)

    _PASTE(key=key, data=[visible, max_bytes], on_picture_change=receive)
