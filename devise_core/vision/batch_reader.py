"""Read inputs ahead of their use, in threads, so that the model does not wait for files and decoders."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from typing import TypeVar

READERS = 2
"""Threads that read. Decoding releases Python's lock, and two of them keep up with the model on two cores."""

Input = TypeVar("Input")
Result = TypeVar("Result")


def read_ahead(inputs: Iterable[Input], read: Callable[[Input], Result], ahead: int) -> Generator[Result, None, None]:
    """Apply ``read`` to each input in threads, and yield the results in order.

    Args:
        inputs: Taken one at a time in the calling thread, as there is room. Inputs not taken yet cost nothing.
        read: Runs in one of ``READERS`` threads. What it raises is raised here when it is that result's turn.
        ahead: How many inputs may be read ahead of the result that is yielded.

    Yields:
        The result for each input. Inputs still waiting are dropped when the caller stops early.
    """
    readers = ThreadPoolExecutor(READERS)
    waiting: deque[Future[Result]] = deque()
    try:
        for each in inputs:
            waiting.append(readers.submit(read, each))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        readers.shutdown(cancel_futures=True)


def read_batches(inputs: Iterable[Input], read: Callable[[Input], Result], size: int) -> Iterator[list[Result]]:
    """Read in batches. While the caller works on one batch, the next is being read.

    Args:
        inputs: As for ``read_ahead``.
        read: As for ``read_ahead``. What it raises is raised here when it is the turn of that batch.
        size: How many results a batch has, at least 1.

    Yields:
        Lists of ``size`` results in the order of the inputs. The last list may be shorter; none is empty.
    """
    with closing(read_ahead(inputs, read, size)) as results:
        while batch := list(islice(results, size)):
            yield batch
