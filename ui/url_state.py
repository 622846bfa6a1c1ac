"""The view in the address: the one place that reads what a link carries, and that writes it."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

QUERY, PAGE, ITEM, OPEN = "q", "p", "item", "open"
BOUND = COLLECTION, PROTOCOL = "collection", "protocol"
"""Parameters that Streamlit writes itself, for the widgets they are bound to."""

_Parameters = dict[str, list[str]]

_KEY = "address"
_LATE = 3.0
"""Seconds for which a browser may still ask from where it stood before the last answer."""


@dataclass
class _Written:
    """What this visit's address is, and where a browser that has not heard of it yet may still stand."""

    page: str
    now: _Parameters
    before: list[tuple[float, _Parameters]] = field(default_factory=list)


def text(name: str) -> str:
    """A line of text: control characters become spaces."""
    return "".join(sign if sign.isprintable() else " " for sign in _last(name))


def number(name: str, default: int, low: int, high: int) -> int:
    """A whole number from ``low`` to ``high``; ``default`` for anything else."""
    written = _last(name)
    if not (written.isascii() and written.isdigit() and len(written) < 9):
        return default
    return int(written) if low <= int(written) <= high else default


def one_of(name: str, options: Collection[str], default: str) -> str:
    """One of ``options``; ``default`` for anything else."""
    written = _last(name)
    return written if written in options else default


def several(name: str, options: Collection[str]) -> list[str]:
    """Those of ``options`` that the address names, each once."""
    return [value for value in dict.fromkeys(_current().now.get(name, [])) if value in options]


def put(**values: str | int | Sequence[str] | None) -> None:
    """Write each value; nothing, an empty text or an empty list takes the parameter out. Back returns to the view before."""
    _write({**_current().now, **{name: _listed(value) for name, value in values.items()}})


def put_alone(**values: str) -> None:
    """Write these, and take every other parameter out."""
    _write({name: _listed(value) for name, value in values.items()})


def _listed(value: str | int | Sequence[str] | None) -> list[str]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None or value == "" else [str(value)]


def _last(name: str) -> str:
    return (_current().now.get(name) or [""])[-1]


def _current() -> _Written:
    """What was written last, for a request sent before the browser had that answer carries the address of before, and would take
    back what was chosen meanwhile. Whatever else the address has come to be, the visitor has made it so."""
    here, page, context = _here(), st.context.url or "", get_script_run_ctx()
    written: _Written | None = st.session_state.get(_KEY)
    if written is None or written.page != page:
        written = st.session_state[_KEY] = _Written(page, here)
    elif here != written.now:
        late = any(here == before for until, before in written.before if until > time.monotonic())
        if not late or (context and context.is_history_navigation):
            written.now, written.before = here, []
    return written


def _here() -> _Parameters:
    return {name: st.query_params.get_all(name) for name in st.query_params if name not in BOUND}


def _write(values: _Parameters) -> None:
    current = _current()
    before, now = current.now, {name: found for name, found in values.items() if found}
    if now == before:
        return
    current.now = now
    current.before.append((time.monotonic() + _LATE, before))
    if not any(name in BOUND for name in st.query_params):
        st.query_params.from_dict(now)  # at once: each message of an address is a step for Back
        return
    for name in set(_here()) - set(now):
        del st.query_params[name]
    st.query_params.update(now)
