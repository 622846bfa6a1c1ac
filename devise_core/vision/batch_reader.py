"""Read inputs ahead of their use, in threads, so that the model does not wait for files and decoders."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from typing import TypeVar

READERS = 2
"""How many threads read. Decoding releases Python's global lock, so two threads keep up with the model on two cores."""

Input = TypeVar("Input")
Result = TypeVar("Result")


def read_ahead(inputs: Iterable[Input], read: Callable[[Input], Result], ahead: int) -> Generator[Result, None, None]:
    """Apply ``read`` to each input in threads, and yield the results in order.

    Args:
        inputs: The inputs. The calling thread takes one whenever another may be read ahead, so inputs not taken yet cost nothing.
        read: The function, which runs in ``READERS`` threads. Its exception is raised when its result would be yielded.
        ahead: How many inputs may be read ahead of the result that is yielded.

    Yields:
        The result for each input. If the caller stops early, inputs that are still waiting are dropped.
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
    """Apply ``read`` to inputs, and yield batches of results. While the caller works on one batch, the next is being read.

    Args:
        inputs: As for ``read_ahead``.
        read: As for ``read_ahead``. Its exception is raised when the batch with its result would be yielded.
        size: How many results a batch has, at least 1.

    Yields:
        Lists of ``size`` results in the order of the inputs. The last list may be shorter. No list is empty.
    """
    with closing(read_ahead(inputs, read, size)) as results:
        while batch := list(islice(results, size)):
            yield batch
