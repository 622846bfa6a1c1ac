"""A queue for a scarce resource: a few ``with`` blocks run at a time, the others wait, and sessions take turns."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from devise_core.errors import BusyError
from devise_core.untrusted.job import Job

POLL_SECONDS = 0.3
"""Seconds between two checks of a waiting request. A check reports its place, or gives the place up if its visitor has left."""
MAX_SESSIONS = 1_000
"""The number of sessions for which the queue remembers the last service. The session served longest ago is forgotten first."""


def _ignore(ahead: int) -> None:
    pass


class SlotQueue:
    """Run a limited number of ``with`` blocks at a time.

    A session's second request waits behind the first request of every other session, its third behind their second, and so on.
    Requests with the same number are ordered by session: the session that was served longest ago comes first. Requests that are
    still equal keep the order in which they came.

    Args:
        slots: How many blocks may run at a time.
        max_length: How many requests may wait. The next one is refused.
        max_seconds: Seconds that a request may wait, unless the call of ``slot`` gives another limit.
        name: What the requests wait for, as the first words of the message of a refused request.
        advice: The last words of that message.
    """

    def __init__(
        self, slots: int, max_length: int, max_seconds: float, name: str = "The model", advice: str = "Text search still works."
    ) -> None:
        self._slots, self._max_length, self._max_seconds = slots, max_length, max_seconds
        self._name, self._advice = name, f"Try again in a minute. {advice}".strip()
        self._changed, self._running, self._queue = threading.Condition(), Counter[object](), list[Job]()
        self._served, self._serial = OrderedDict[object, int](), count(1)

    @property
    def waiting(self) -> int:
        """How many requests are in the queue."""
        return len(self._queue)

    @contextmanager
    def slot(
        self, on_wait: Callable[[int], None] = _ignore, job: Job | None = None, max_seconds: float | None = None
    ) -> Iterator[float]:
        """Hold a slot while the block runs.

        Args:
            on_wait: Called every ``POLL_SECONDS`` with the number of requests ahead. If this call raises, the request
                gives up its place in the queue.
            job: The session that the block runs for.
            max_seconds: Seconds that the request may wait, by default ``max_seconds`` of the queue.

        Yields:
            The seconds spent in the queue.

        Raises:
            BusyError: The queue is full, or the request has waited for too long.
            AbandonedError: The visitor has left.
        """
        request, start = _copy(job or Job()), time.monotonic()
        self._wait(request, on_wait, self._max_seconds if max_seconds is None else max_seconds)
        try:
            yield time.monotonic() - start
        finally:
            with self._changed:
                self._running[request.session] -= 1
                self._running = +self._running  # drops sessions at zero
                self._changed.notify_all()

    def _wait(self, request: Job, on_wait: Callable[[int], None], max_seconds: float) -> None:
        deadline = time.monotonic() + max_seconds
        with self._changed:
            if len(self._queue) >= self._max_length and (self._queue or self._running.total() >= self._slots):
                ahead = self._running.total() + len(self._queue)
                raise BusyError(f"{self._name} is busy and {count_requests(ahead)} ahead of you. {self._advice}", "queue length")
            self._queue.append(request)
        try:
            while ahead := self._take(request, min(POLL_SECONDS, deadline - time.monotonic())):
                request.check()
                if time.monotonic() >= deadline:
                    raise BusyError(
                        f"{self._name} was busy for {max_seconds:g} seconds and {count_requests(ahead)} still ahead of you. "
                        f"{self._advice}",
                        "queue time",
                    )
                on_wait(ahead)
        finally:
            with self._changed:
                if any(each is request for each in self._queue):
                    self._remove(request)
                    self._changed.notify_all()

    def _take(self, request: Job, timeout: float) -> int:
        """Wait up to ``timeout`` seconds for a slot. Return 0 if the request has the slot, else the number of requests ahead."""
        with self._changed:
            if self._changed.wait_for(lambda: self._is_next(request), max(0.0, timeout)):
                self._remove(request)
                self._note_served(request.session)
                self._changed.notify_all()
                return 0
            return self._running.total() + next(place for place, each in enumerate(self._in_turn()) if each is request)

    def _note_served(self, session: object) -> None:
        self._running[session] += 1
        self._served[session] = next(self._serial)
        self._served.move_to_end(session)
        while len(self._served) > MAX_SESSIONS:
            self._served.popitem(last=False)

    def _is_next(self, request: Job) -> bool:
        return self._running.total() < self._slots and self._in_turn()[0] is request

    def _in_turn(self) -> list[Job]:
        """Return the waiting requests in the order in which they are served if no other request comes."""
        turns, keyed = Counter(self._running), []
        for request in self._queue:
            keyed.append(((turns[request.session], self._served.get(request.session, 0)), request))
            turns[request.session] += 1
        return [request for _, request in sorted(keyed, key=lambda pair: pair[0])]

    def _remove(self, request: Job) -> None:
        self._queue = [each for each in self._queue if each is not request]


def _copy(job: Job) -> Job:
    """Return a new object, because a session may send several requests for the same job and each is compared by identity."""
    return Job(job.session, job.has_left)


def count_requests(number: int) -> str:
    """Return the number of requests with its verb, such as "2 requests are"."""
    return f"{number} request{'s are' if number > 1 else ' is'}"
