"""Help keyboards and screen readers on every page."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.component import component

_ASSISTANCE = component("assistance")


def show_assistance() -> None:
    """Move the focus into popovers and back from dialogs, and announce what ``announced`` holds. The component takes no room."""
    _ASSISTANCE(key="assistance")


def announced(key: str, width: Literal["stretch", "content"] = "stretch") -> DeltaGenerator:
    """Return a container whose text is announced to screen readers when it changes. Of an expander, only its title is announced.

    Args:
        key: Makes the key of the container unique on the page.
        width: The width of the container, as ``st.container`` takes it.
    """
    return st.container(key=f"announced-{key}", width=width)
