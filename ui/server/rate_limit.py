"""Fair use: turns at the network in the order of arrival, and how often one visit may ask."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import streamlit as st

from devise_core.errors import BusyError
from devise_core.settings import settings

LOOK = 0.3
"""Seconds between two looks at the queue: each tells the page, and finds out whether its visitor has left."""
MINUTE = 60.0
_RATE = "fairuse_rate"


class Turns:
    """At most ``calls`` at a time; the others wait in the order they came, at most ``length`` of them and ``seconds`` long."""

    def __init__(self, calls: int, length: int, seconds: float) -> None:
        self._calls, self._length, self._seconds = calls, length, seconds
        self._changed, self._running, self._queue = threading.Condition(), 0, deque[object]()

    @property
    def waiting(self) -> int:
        return len(self._queue)

    @contextmanager
    def turn(self, tell: Callable[[int], None]) -> Iterator[float]:
        """Hold a turn for the block; yields the seconds it was waited for. Raises ``BusyError``.

        ``tell`` hears, every moment, how many are before; what it raises gives the place in the queue up.
        """
        began = time.monotonic()
        self._wait(tell, began + self._seconds)
        try:
            yield time.monotonic() - began
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def _wait(self, tell: Callable[[int], None], until: float) -> None:
        me = object()
        with self._changed:
            if len(self._queue) >= self._length and (self._queue or self._running >= self._calls):
                raise BusyError(
                    f"{self._before(me)} others are at the network or wait for it, the most that may: try again in "
                    "a minute. Searching by words goes on meanwhile.",
                    "queue length",
                )
            self._queue.append(me)
        try:
            while before := self._take(me, min(LOOK, until - time.monotonic())):
                if time.monotonic() >= until:
                    raise BusyError(
                        f"The network was busy for {self._seconds:g} s, with {before} still before you: try again in a "
                        "minute. Searching by words goes on meanwhile.",
                        "queue time",
                    )
                tell(before)
        finally:
            with self._changed:
                if me in self._queue:
                    self._queue.remove(me)
                    self._changed.notify_all()

    def _take(self, me: object, seconds: float) -> int:
        """Wait so long for the turn of ``me``: 0 once it is taken, else how many are before."""
        with self._changed:
            if self._changed.wait_for(lambda: self._queue[0] is me and self._running < self._calls, max(0.0, seconds)):
                self._queue.popleft()
                self._running += 1
                self._changed.notify_all()
                return 0
            return self._before(me)

    def _before(self, me: object) -> int:
        return self._running + (self._queue.index(me) if me in self._queue else len(self._queue))


class Rate:
    """At most ``most`` in any ``window`` of seconds."""

    def __init__(self, most: int, window: float = MINUTE) -> None:
        self._window, self._times = window, deque[float](maxlen=most)

    def wait(self, now: float) -> float:
        """0 where one more may come ``now``, which is then counted; else the seconds until it may."""
        if len(self._times) == self._times.maxlen and (rest := self._times[0] + self._window - now) > 0:
            return rest
        self._times.append(now)
        return 0.0


@cache
def turns() -> Turns:
    """At the one network of this server. Raises ``SettingsError``."""
    given = settings()
    return Turns(given.model_calls, given.queue_length, given.queue_seconds)


def admit() -> None:
    """Count one more request of this visit. Raises ``BusyError`` where there were too many, ``SettingsError``."""
    most = settings().requests_per_minute
    rate: Rate = st.session_state.setdefault(_RATE, Rate(most))
    if seconds := rate.wait(time.monotonic()):
        raise BusyError(
            f"You have asked {most} times within a minute, the most that one visit may: go on in {math.ceil(seconds)} s.", "rate"
        )
