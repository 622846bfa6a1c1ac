"""Limits on how often, and for how long, one session or client may use the server."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict, deque

MINUTE = 60.0
MAX_NAMES = 10_000
MAX_ADDRESSES = 1_000
"""How many addresses are remembered. If there are more, the address that has not been used for the longest time is forgotten."""


def try_again(seconds: float) -> str:
    """Return the sentence that says when to try again, such as "Try again in 2 seconds." for 1.2 seconds."""
    whole = math.ceil(seconds)
    return f"Try again in {whole} second{'s' if whole != 1 else ''}."


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
    """Allow about ``seconds`` of CPU time in any ``window`` of seconds. Work that has started is not stopped.

    Safe to use from several threads.
    """

    def __init__(self, seconds: float, window: float = MINUTE) -> None:
        self._seconds, self._window, self._spent = seconds, window, deque[tuple[float, float]]()
        self._lock = threading.Lock()

    def spend(self, now: float, seconds: float) -> None:
        """Count ``seconds`` of CPU time that were used up to the time ``now``."""
        with self._lock:
            self._spent.append((now, seconds))

    def seconds_to_wait(self, now: float) -> float:
        """Return how many seconds to wait until the CPU time spent in the window is below the budget, or 0."""
        with self._lock:
            while self._spent and self._spent[0][0] + self._window <= now:
                self._spent.popleft()
            all_spent = list(self._spent)
        rest = sum(seconds for _, seconds in all_spent) - self._seconds
        for time_spent, seconds in all_spent:
            if rest < 0:
                break
            rest -= seconds
            if rest < 0:
                return time_spent + self._window - now
        return 0.0


class NamedLimits:
    """A limit for each name, such as an address, an API key, or a pass that identifies a session.

    Args:
        max_names: How many names are remembered. If there are more, the name that has not been used for the longest time is
            forgotten.
    """

    def __init__(self, max_names: int = MAX_NAMES) -> None:
        self._max_names, self._lock, self._limits = max_names, threading.Lock(), OrderedDict[str, RateLimit]()

    def add(self, name: str, limit: int, window: float = MINUTE) -> None:
        """Set the limit of a name, unless the name already has a limit.

        Args:
            name: The name.
            limit: How many requests the name may send in a window.
            window: The duration of the window in seconds.
        """
        with self._lock:
            if name not in self._limits:
                self._limits[name] = RateLimit(limit, window)
            self._limits.move_to_end(name)
            while len(self._limits) > self._max_names:
                self._limits.popitem(last=False)

    def seconds_to_wait(self, name: str, now: float) -> float | None:
        """Count a request as ``RateLimit.seconds_to_wait`` does, or return None if there is no such name."""
        with self._lock:
            rate = self._limits.get(name)
            if rate is None:
                return None
            self._limits.move_to_end(name)
            return rate.seconds_to_wait(now)
