"""Limit how often a session may run a page, how much CPU time it may use, and how often it may search while a visitor types."""

from __future__ import annotations

import math
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

import streamlit as st

from devise_core.errors import BusyError
from devise_core.serving.rate_limit import MAX_ADDRESSES, MINUTE, CpuBudget, NamedLimits, RateLimit, try_again
from devise_core.settings import settings

SUGGESTION_WINDOW = 10.0
"""Seconds of the window in which suggestions are counted. It is shorter than ``MINUTE`` to save memory for each address."""
_STATE_KEY, _PASS_KEY, _BUDGET_KEY = "rate_limit", "typing_pass", "cpu_budget"


class _CountedTime(threading.local):
    """For each thread, how many seconds of its CPU time have been counted."""

    seconds = 0.0


_COUNTED = _CountedTime()


@contextmanager
def cpu_time_counted() -> Iterator[None]:
    """Count the CPU time of a page run, and of the callbacks before this run, against the budget of the session.

    The time of the decoders and the model is not counted, because their queues limit it.
    """
    try:
        yield
    finally:
        used = time.thread_time()
        if budget := st.session_state.get(_BUDGET_KEY):
            budget.spend(time.monotonic(), used - _COUNTED.seconds)
        _COUNTED.seconds = used


@contextmanager
def cpu_time_not_counted() -> Iterator[None]:
    """Do not count the CPU time of the block, because its work serves all sessions."""
    start = time.thread_time()
    try:
        yield
    finally:
        _COUNTED.seconds += time.thread_time() - start


def check_rate_limit() -> None:
    """Count one more request of this session.

    Raises:
        BusyError: The session has sent too many requests in the last minute, or used too much CPU time.
        SettingsError: A setting has an invalid value.
    """
    allowed = settings().cpu_seconds_per_minute
    if seconds := _session_budget().seconds_to_wait(time.monotonic()):
        raise BusyError(
            f"Your session has reached the limit of {allowed:g} s of computing time per minute. " + try_again(seconds),
            "cpu",
        )
    limit = settings().requests_per_minute
    rate: RateLimit = st.session_state.setdefault(_STATE_KEY, RateLimit(limit))
    if seconds := rate.seconds_to_wait(time.monotonic()):
        raise BusyError(
            f"You have sent {limit} requests in the last minute, which is the limit. {try_again(seconds)}",
            "rate",
        )


def _session_budget() -> CpuBudget:
    budget: CpuBudget = st.session_state.setdefault(_BUDGET_KEY, CpuBudget(settings().cpu_seconds_per_minute))
    return budget


PASSES = NamedLimits()
"""The rate limit of each pass. A route for searches while a visitor types does not run in a session. So a page puts a pass, which
identifies its session, into the URL of the route."""
_PASS_BUDGETS: WeakValueDictionary[str, CpuBudget] = WeakValueDictionary()
"""Pass → the CPU budget of its session. The session owns the budget, so a pass stops working when its session ends."""
_ADDRESSES = NamedLimits(MAX_ADDRESSES)


def wait_for_suggestion(address: str) -> float:
    """Count a request for suggestions from ``address``, or return how many seconds the client must wait.

    Raises ``SettingsError`` if a setting has an invalid value.
    """
    _ADDRESSES.add(address, math.ceil(settings().suggestions_per_minute * SUGGESTION_WINDOW / MINUTE), SUGGESTION_WINDOW)
    return _ADDRESSES.seconds_to_wait(address, time.monotonic()) or 0.0


def typing_pass() -> str:
    """Return this session's pass for searching while typing. Raises ``SettingsError`` if a setting has an invalid value."""
    name: str = st.session_state.setdefault(_PASS_KEY, secrets.token_urlsafe(12))
    PASSES.add(name, settings().typed_searches_per_minute)
    _PASS_BUDGETS[name] = _session_budget()
    return name


def wait_for_typed_search(name: str) -> tuple[float, str]:
    """Count a search while typing with the pass ``name``.

    Returns:
        How many seconds to wait, or 0 if the search is allowed, and the name of the limit.

    Raises:
        NoPassError: There is no such pass, or its session has ended.
    """
    budget, now = _PASS_BUDGETS.get(name), time.monotonic()
    if budget is not None:
        if seconds := budget.seconds_to_wait(now):
            return seconds, "typing cpu"
        if (wait := PASSES.seconds_to_wait(name, now)) is not None:
            return wait, "typing rate"
    raise NoPassError


class NoPassError(Exception):
    """A search while typing was sent without the pass of an open page."""


@contextmanager
def typed_search_counted(name: str) -> Iterator[None]:
    """Count the CPU time of the block against the budget of the session whose pass is ``name``."""
    start = time.thread_time()
    try:
        yield
    finally:
        if budget := _PASS_BUDGETS.get(name):
            budget.spend(time.monotonic(), time.thread_time() - start)
