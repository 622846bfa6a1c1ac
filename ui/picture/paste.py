"""A picture from the clipboard."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.callbacks import uninterrupted
from ui.component import component
from ui.server.file_drop import session_drop

_PASTE = component("paste", "shrink", "drop")


def paste(key: str, visible: bool, max_bytes: int, on_paste: Callable[[bytes], None]) -> None:
    """Listen for a pasted picture on the whole page.

    Args:
        key: The key of the component.
        visible: Whether the paste button is shown.
        max_bytes: The size in bytes of the largest picture that is accepted. Larger ones are ignored.
        on_paste: Called with the bytes of the picture.
    """

    @uninterrupted
    def receive() -> None:
        sent = st.session_state[key]["picture"]
        if isinstance(sent, str) and (data := drop.take(sent)) and len(data) <= max_bytes:
            on_paste(data)

    drop = session_drop()
    _PASTE(key=key, data=[visible, max_bytes, drop.url], on_picture_change=receive)
