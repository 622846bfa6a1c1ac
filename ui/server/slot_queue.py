"""A first-in, first-out queue for the model: a few calls at a time, the others wait in order."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from devise_core.errors import BusyError
from devise_core.settings import settings

POLL_SECONDS = 0.3
"""How often a waiting request reports its place. The report fails, and frees the place, if its visitor has left."""


class SlotQueue:
    """Run a bounded number of blocks at once.

    Args:
        slots: How many blocks may run at a time.
        max_length: How many requests may wait. The next one is refused.
        max_seconds: How long a request may wait.
    """

    def __init__(self, slots: int, max_length: int, max_seconds: float) -> None:
        self._slots, self._max_length, self._max_seconds = slots, max_length, max_seconds
        self._changed, self._running, self._queue = threading.Condition(), 0, deque[object]()

    @property
    def waiting(self) -> int:
        """How many requests are in the queue."""
        return len(self._queue)

    @contextmanager
    def slot(self, on_wait: Callable[[int], None]) -> Iterator[float]:
        """Hold a slot while the block runs.

        Args:
            on_wait: Called every ``POLL_SECONDS`` with the number of requests ahead. If it raises, the place in the
                queue is given up.

        Yields:
            The seconds spent in the queue.

        Raises:
            BusyError: The queue is full, or the request has waited ``max_seconds``.
        """
        start = time.monotonic()
        self._wait(on_wait, start + self._max_seconds)
        try:
            yield time.monotonic() - start
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def _wait(self, on_wait: Callable[[int], None], deadline: float) -> None:
        request = object()
        with self._changed:
            if len(self._queue) >= self._max_length and (self._queue or self._running >= self._slots):
                raise BusyError(
                    f"The model is busy and {count_requests(self._ahead(request))} ahead of you. Try again in a minute. "
                    "Text search still works.",
                    "queue length",
                )
            self._queue.append(request)
        try:
            while ahead := self._take(request, min(POLL_SECONDS, deadline - time.monotonic())):
                if time.monotonic() >= deadline:
                    raise BusyError(
                        f"The model was busy for {self._max_seconds:g} seconds and {count_requests(ahead)} still ahead of "
                        "you. Try again in a minute. Text search still works.",
                        "queue time",
                    )
                on_wait(ahead)
        finally:
            with self._changed:
                if request in self._queue:
                    self._queue.remove(request)
                    self._changed.notify_all()

    def _take(self, request: object, timeout: float) -> int:
        """Wait up to ``timeout`` seconds for a slot. Returns 0 with the slot taken, else the number of requests ahead."""
        with self._changed:
            if self._changed.wait_for(lambda: self._queue[0] is request and self._running < self._slots, max(0.0, timeout)):
                self._queue.popleft()
                self._running += 1
                self._changed.notify_all()
                return 0
            return self._ahead(request)

    def _ahead(self, request: object) -> int:
        return self._running + (self._queue.index(request) if request in self._queue else len(self._queue))


def count_requests(count: int) -> str:
    """Return the beginning of a sentence, such as "2 requests are"."""
    return f"{count} request{'s are' if count > 1 else ' is'}"


@cache
def model_slots() -> SlotQueue:
    """Return the queue for this server's model. Raises ``SettingsError``."""
    current = settings()
    return SlotQueue(current.model_calls, current.queue_length, current.queue_seconds)
