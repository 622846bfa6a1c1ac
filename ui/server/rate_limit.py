"""A limit on how often one session may run a page."""

from __future__ import annotations

import math
import time
from collections import deque

import streamlit as st

from devise_core.errors import BusyError
from devise_core.settings import settings

MINUTE = 60.0
_STATE_KEY = "rate_limit"


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
