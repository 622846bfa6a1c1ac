"""Read and write the parameters in the address of a page, except those in ``BOUND``."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

QUERY, PAGE, ITEM, OPEN, CROP, REGION = "q", "p", "item", "open", "crop", "region"
BOUND = COLLECTION, PROTOCOL, VOCABULARY, LABELS = "collection", "protocol", "vocabulary", "labels"
"""Parameters of widgets with ``bind="query-params"``. Streamlit reads and writes these parameters.

The other widgets are not bound. When a bound widget changes, Streamlit replaces the address, so Back would leave the page instead
of undoing the change. Streamlit would also write the label of an option instead of its value, and earlier links have the value."""

_Parameters = dict[str, list[str]]

_STATE_KEY, _PAGE_KEY = "url_state", "current_page"
_LATE_SECONDS = 3.0
"""How many seconds after an answer a browser may still send the previous address. The time of page runs is not counted."""


@dataclass
class _Address:
    """The address of this session, and recent ones that a browser may still send."""

    page: str
    current: _Parameters
    previous: list[tuple[float, _Parameters]] = field(default_factory=list)
    """Recent addresses, each with the time until which a browser may still send it."""
    ignored: tuple[float, _Parameters] | None = None
    """The address that was ignored last, and when."""
    run_ended: float = 0.0
    """When the last run of a page ended."""
    navigated_until: float = 0.0
    """When the note expires that the visitor has used Back or Forward. 0 if there is no note."""

    def take_navigation(self) -> bool:
        """Return whether the visitor has used Back or Forward since the last call."""
        until, self.navigated_until = self.navigated_until, 0.0
        return until > time.monotonic()

    def is_late(self, sent: _Parameters) -> bool:
        """Return whether a browser sent a previous address, because it had not received the last one.

        All calls in a run with the same address return the same.
        """
        now = time.monotonic()
        if self.ignored and self.ignored[0] > self.run_ended and self.ignored[1] == sent:
            return True
        late = any(sent == parameters for until, parameters in self.previous if until > now)
        self.ignored = (now, sent) if late else None
        return late

    def end_run(self, began: float) -> None:
        """Do not count the time of a run against the time for late addresses. A request may have waited until the run ended."""
        self.run_ended = time.monotonic()
        seconds = self.run_ended - began
        self.previous = [(until + seconds if until > began else until, sent) for until, sent in self.previous]


_ADDRESSES: WeakValueDictionary[str, _Address] = WeakValueDictionary()
"""Session id → the address of the session, which owns it. Reading it here is not a call of Streamlit, which may interrupt a run."""


def set_page(page: str) -> None:
    """Record which page runs. The router knows the page, but the browser's address may still be that of the previous page."""
    st.session_state[_PAGE_KEY] = page


def current_page() -> str:
    """Return the URL path of the page that runs, such as "labels", or "" for the home page."""
    return str(st.session_state.get(_PAGE_KEY, ""))


def read_text(name: str) -> str:
    """Return a parameter as one line of text. Control characters become spaces."""
    return "".join(character if character.isprintable() else " " for character in _last(name))


def read_number(name: str, default: int, low: int, high: int) -> int:
    """Return a parameter as a whole number from ``low`` to ``high``, or ``default`` if it is anything else."""
    text = _last(name)
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        return default
    return int(text) if low <= int(text) <= high else default


def read_choice(name: str, options: Collection[str], default: str) -> str:
    """Return a parameter if it is one of ``options``, else ``default``."""
    text = _last(name)
    return text if text in options else default


def read_all(name: str) -> list[str]:
    """Return all values of a parameter, each once. The values are not checked."""
    return list(dict.fromkeys(_address().current.get(name, [])))


def read_choices(name: str, options: Collection[str]) -> list[str]:
    """Return all values of a parameter that are among ``options``, each once."""
    return [value for value in read_all(name) if value in options]


def update(**values: str | int | Sequence[str] | None) -> None:
    """Write parameters and keep the others. Back returns to the previous view.

    Args:
        values: Name → value. None, an empty string or an empty list removes the parameter.
    """
    _write({**_address().current, **{name: _as_list(value) for name, value in values.items()}})


def replace(**values: str) -> None:
    """Write these parameters and remove all others."""
    _write({name: _as_list(value) for name, value in values.items()})


def _as_list(value: str | int | Sequence[str] | None) -> list[str]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None or value == "" else [str(value)]


def _last(name: str) -> str:
    return (_address().current.get(name) or [""])[-1]


def note_navigation() -> None:
    """Note that the visitor has used Back or Forward.

    Called at the start of a run, before anything that Streamlit may interrupt. The run that replaces an interrupted run has
    the same address, but Streamlit does not mark that run as a navigation.
    """
    context = get_script_run_ctx()
    if context and context.is_history_navigation and (address := _ADDRESSES.get(context.session_id)):
        address.navigated_until = time.monotonic() + _LATE_SECONDS


@contextmanager
def page_run() -> Iterator[None]:
    """Run a page in the block, and note when it ends."""
    context, began = get_script_run_ctx(), time.monotonic()
    try:
        yield
    finally:
        if context and (address := _ADDRESSES.get(context.session_id)):
            address.end_run(began)


def _address() -> _Address:
    """Return the address as it was written last.

    A request that was sent before the browser had the last answer carries a previous address. That address is
    ignored unless the visitor has used Back or Forward, because it would undo what the visitor chose in the meantime. Any other
    address comes from the visitor and is adopted.
    """
    sent, page = _sent_parameters(), current_page()
    address: _Address | None = st.session_state.get(_STATE_KEY)
    navigated = address is not None and address.take_navigation()
    if address is None or address.page != page:
        address = st.session_state[_STATE_KEY] = _Address(page, sent)
        if context := get_script_run_ctx():
            _ADDRESSES[context.session_id] = address
    elif sent != address.current and (navigated or not address.is_late(sent)):
        address.current, address.previous, address.ignored = sent, [], None
    return address


def _sent_parameters() -> _Parameters:
    return {name: st.query_params.get_all(name) for name in st.query_params if name not in BOUND}


def _write(values: _Parameters) -> None:
    address = _address()
    before, after = address.current, {name: texts for name, texts in values.items() if texts}
    if after == before:
        return
    address.current = after
    address.previous.append((time.monotonic() + _LATE_SECONDS, before))
    if not any(name in BOUND for name in st.query_params):
        st.query_params.from_dict(after)  # in one message, because each message is one step for Back
        return
    for name in set(_sent_parameters()) - set(after):
        del st.query_params[name]
    st.query_params.update(after)
