"""The view in the address: the one place that reads what a link carries, and that writes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

QUERY, PAGE, ITEM, OPEN = "q", "p", "item", "open"


def text(name: str) -> str:
    """A line of text: control characters become spaces."""
    return "".join(sign if sign.isprintable() else " " for sign in str(st.query_params.get(name, "")))


def number(name: str, default: int, low: int, high: int) -> int:
    """A whole number from ``low`` to ``high``; ``default`` for anything else."""
    written = str(st.query_params.get(name, ""))
    if not (written.isascii() and written.isdigit() and len(written) < 9):
        return default
    return int(written) if low <= int(written) <= high else default


def one_of(name: str, options: Collection[str], default: str) -> str:
    """One of ``options``; ``default`` for anything else."""
    written = str(st.query_params.get(name, ""))
    return written if written in options else default


def several(name: str, options: Collection[str]) -> list[str]:
    """Those of ``options`` that the address names, each once."""
    return [value for value in dict.fromkeys(st.query_params.get_all(name)) if value in options]


def put(**values: str | int | Sequence[str] | None) -> None:
    """Write each value; nothing, an empty text or an empty list takes the parameter out. Back returns to the view before."""
    for name, value in values.items():
        if value is None or value in ("", [], ()):
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = value if isinstance(value, list | tuple) else str(value)
