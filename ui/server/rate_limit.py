"""Limits on how often one session may run a page, how much it may compute, and how often it may ask while a visitor types."""

from __future__ import annotations

import math
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from devise_core.errors import BusyError
from devise_core.settings import settings

MINUTE = 60.0
SUGGESTION_WINDOW = 10.0
"""Suggestions are counted in a shorter window, which takes less memory for each address."""
_STATE_KEY, _PASS_KEY, _BUDGET_KEY = "rate_limit", "typing_pass", "cpu_budget"
MAX_ADDRESSES = 1_000
"""How many addresses are remembered. Beyond it, the one that has not been used for the longest time is forgotten."""
MAX_PASSES = 10_000
"""How many sessions may search while typing. Beyond it, the pass that has not been used for the longest time is dropped."""


class RateLimit:
    """Allow at most ``limit`` requests in any ``window`` of seconds."""

    def __init__(self, limit: int, window: float = MINUTE) -> None:
        self._window, self._times = window, deque[float](maxlen=limit)

    def seconds_to_wait(self, now: float) -> float:
        """Count a request at the time ``now``, or return how many seconds to wait before the next one is allowed.

        Returns:
            0 if the request is allowed. It is then counted.
        """
        if len(self._times) == self._times.maxlen and (rest := self._times[0] + self._window - now) > 0:
            return rest
        self._times.append(now)
        return 0.0


class CpuBudget:
    """Allow about ``seconds`` of CPU time in any ``window`` of seconds. What is under way is not stopped."""

    def __init__(self, seconds: float, window: float = MINUTE) -> None:
        self._seconds, self._window, self._spent = seconds, window, deque[tuple[float, float]]()

    def spend(self, now: float, seconds: float) -> None:
        """Count ``seconds`` of CPU time that have ended at the time ``now``."""
        self._spent.append((now, seconds))

    def seconds_to_wait(self, now: float) -> float:
        """Return how many seconds to wait until less than the budget was spent in the window, or 0."""
        while self._spent and self._spent[0][0] + self._window <= now:
            self._spent.popleft()
        rest = sum(seconds for _, seconds in self._spent) - self._seconds
        for time_spent, seconds in self._spent:
            if rest < 0:
                break
            rest -= seconds
            if rest < 0:
                return time_spent + self._window - now
        return 0.0


class _CountedTime(threading.local):
    """How much of the CPU time of each thread has been counted."""

    seconds = 0.0


_COUNTED = _CountedTime()


@contextmanager
def cpu_time_counted() -> Iterator[None]:
    """Count the CPU time of a run of a page against the budget of its session, with that of the callbacks before the block.

    The time of the decoders and the model is not in it. Their queues limit it.
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
    """Leave the CPU time of the block out, because it serves all sessions."""
    start = time.thread_time()
    try:
        yield
    finally:
        _COUNTED.seconds += time.thread_time() - start


def check_rate_limit() -> None:
    """Count one more request of this session.

    Raises:
        BusyError: The session has sent too many requests in the last minute, or their pages took too long to compute.
        SettingsError: A setting has an invalid value.
    """
    allowed = settings().cpu_seconds_per_minute
    budget: CpuBudget = st.session_state.setdefault(_BUDGET_KEY, CpuBudget(allowed))
    if seconds := budget.seconds_to_wait(time.monotonic()):
        raise BusyError(
            f"Your pages have taken {allowed:g} seconds to compute in the last minute. Try again in {math.ceil(seconds)} seconds.",
            "cpu",
        )
    limit = settings().requests_per_minute
    rate: RateLimit = st.session_state.setdefault(_STATE_KEY, RateLimit(limit))
    if seconds := rate.seconds_to_wait(time.monotonic()):
        raise BusyError(f"You have sent {limit} requests in the last minute. Try again in {math.ceil(seconds)} seconds.", "rate")


class TypingPasses:
    """The passes of sessions. A route that answers while a visitor types does not run in a session, so the page gives it a pass.

    Args:
        max_passes: How many are kept.
    """

    def __init__(self, max_passes: int = MAX_PASSES) -> None:
        self._max_passes, self._lock, self._limits = max_passes, threading.Lock(), OrderedDict[str, RateLimit]()

    def add(self, name: str, limit: int, window: float = MINUTE) -> None:
        """Let ``name`` send ``limit`` requests in a ``window`` of seconds. Does nothing if it may already."""
        with self._lock:
            if name not in self._limits:
                self._limits[name] = RateLimit(limit, window)
            self._limits.move_to_end(name)
            while len(self._limits) > self._max_passes:
                self._limits.popitem(last=False)

    def seconds_to_wait(self, name: str, now: float) -> float | None:
        """Count a request like ``RateLimit.seconds_to_wait``. Returns None if there is no such pass."""
        with self._lock:
            rate = self._limits.get(name)
            if rate is None:
                return None
            self._limits.move_to_end(name)
            return rate.seconds_to_wait(now)


PASSES = TypingPasses()
_ADDRESSES = TypingPasses(MAX_ADDRESSES)


def wait_for_suggestion(address: str) -> float:
    """Count a request for suggestions from ``address``, or return how many seconds to wait. Raises ``SettingsError``."""
    _ADDRESSES.add(address, math.ceil(settings().suggestions_per_minute * SUGGESTION_WINDOW / MINUTE), SUGGESTION_WINDOW)
    return _ADDRESSES.seconds_to_wait(address, time.monotonic()) or 0.0


def typing_pass() -> str:
    """Return this session's pass for searching while typing. Raises ``SettingsError``."""
    name: str = st.session_state.setdefault(_PASS_KEY, secrets.token_urlsafe(12))
    PASSES.add(name, settings().typed_searches_per_minute)
    return name
