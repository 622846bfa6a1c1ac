"""The colours of the charts, and a cache of the charts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import streamlit as st


@dataclass(frozen=True)
class Palette:
    """The colours of charts in the visitor's theme: for our method (``ours``), other data and text (``ink``), and lines."""

    ours: str
    ink: str
    line: str

    @classmethod
    def of_theme(cls) -> Palette:
        """Return the colours of the current theme."""
        theme = "dark" if st.context.theme.type == "dark" else "light"
        return cls(*(str(st.get_option(f"theme.{theme}.{name}")) for name in ("primaryColor", "textColor", "borderColor")))


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs={FunctionType: lambda draw: draw.__name__})
def show_chart(alt: str, draw: Callable[..., Any], *arguments: Any) -> None:
    """Show the chart that ``draw`` returns for ``arguments``. The chart is cached, because Altair takes 100 ms to check it.

    Args:
        alt: What the chart shows, in words.
        draw: A function that returns an Altair chart.
        arguments: The arguments of ``draw``.
    """
    st.altair_chart(draw(*arguments), width="stretch", alt=alt)
