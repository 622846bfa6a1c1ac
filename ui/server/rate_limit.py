"""Limits on how often one session may run a page, and how often it may search while a visitor types."""

from __future__ import annotations

import math
import secrets
import threading
import time
from collections import OrderedDict, deque

import streamlit as st

from devise_core.errors import BusyError
from devise_core.settings import settings

MINUTE = 60.0
_STATE_KEY, _PASS_KEY = "rate_limit", "typing_pass"
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


def check_rate_limit() -> None:
    """Count one more request of this session.

    Raises:
        BusyError: The session has sent too many requests in the last minute.
        SettingsError: A setting has an invalid value.
    """
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

    def add(self, name: str, limit: int) -> None:
        """Let ``name`` send ``limit`` requests a minute. Does nothing if it may already."""
        with self._lock:
            self._limits.setdefault(name, RateLimit(limit))
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


def typing_pass() -> str:
    """Return this session's pass for searching while typing. Raises ``SettingsError``."""
    name: str = st.session_state.setdefault(_PASS_KEY, secrets.token_urlsafe(12))
    PASSES.add(name, settings().typed_searches_per_minute)
    return name
