"""The answers to recent searches. They are kept because examples and popular queries are searched for again and again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from weakref import WeakKeyDictionary

from devise_core.engine import Engine

MAX_ANSWERS = 256
"""How many answers of a collection are kept. An answer with 100 images takes 40 kB."""


class RecentAnswers:
    """Recent answers, each stored under the request that it answers. Safe to use from several threads.

    The answers of an engine are dropped with the engine, which is replaced when its files change.

    Args:
        size: How many answers are kept for each engine. The least recently used answer is dropped first.
    """

    def __init__(self, size: int = MAX_ANSWERS) -> None:
        self._size, self._lock = size, threading.Lock()
        self._answers: WeakKeyDictionary[Engine, OrderedDict[str, bytes]] = WeakKeyDictionary()

    def get(self, engine: Engine, asked: str) -> bytes | None:
        """Return the kept answer to the request ``asked``, or None if none is kept."""
        with self._lock:
            answers = self._answers.get(engine)
            if answers is None or asked not in answers:
                return None
            answers.move_to_end(asked)
            return answers[asked]

    def put(self, engine: Engine, asked: str, answer: bytes) -> None:
        """Keep an answer.

        Args:
            engine: The engine that answered.
            asked: The request, such as its parameters as JSON. ``get`` finds the answer by this text.
            answer: The bytes of the answer.
        """
        with self._lock:
            answers = self._answers.setdefault(engine, OrderedDict())
            answers[asked] = answer
            if len(answers) > self._size:
                answers.popitem(last=False)
