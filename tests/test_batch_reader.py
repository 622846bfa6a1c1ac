"""Inputs are read ahead in threads, and their results come in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from devise_core.vision.batch_reader import READERS, read_ahead, read_batches


def test_results_come_in_the_order_of_the_inputs() -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.01 * (number == 0))
        return number * number

    assert list(read_ahead(range(20), slow_first, ahead=4)) == [number * number for number in range(20)]


@pytest.mark.parametrize(("count", "lengths"), [(0, []), (1, [1]), (4, [4]), (9, [4, 4, 1])])
def test_batches_are_full_except_the_last(count: int, lengths: list[int]) -> None:
    batches = list(read_batches(range(count), str, 4))
    assert [len(batch) for batch in batches] == lengths
    assert [text for batch in batches for text in batch] == [str(number) for number in range(count)]


def test_inputs_are_taken_only_so_far_ahead() -> None:
    taken: list[int] = []

    def inputs() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = read_ahead(inputs(), str, ahead=3)
    assert taken == []
    for used in range(5):
        assert next(results) == str(used)
        assert len(taken) == used + 4


def test_the_next_batch_is_read_while_this_one_is_used() -> None:
    read = [threading.Event() for _ in range(8)]
    batches = read_batches(range(8), lambda number: read[number].set(), 4)
    next(batches)
    assert all(event.wait(5) for event in read)


def test_an_error_is_raised_at_its_turn() -> None:
    results = read_ahead([4, 2, 0, 1], lambda number: 8 // number, ahead=2)
    assert [next(results), next(results)] == [2, 4]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_inputs_that_wait_are_dropped_when_the_caller_stops() -> None:
    started: list[int] = []
    go_on = threading.Event()

    def read(number: int) -> int:
        started.append(number)
        go_on.wait(5 if number else 0)
        return number

    results = read_ahead(range(50), read, ahead=20)
    assert next(results) == 0
    threading.Timer(0.1, go_on.set).start()
    results.close()
    assert len(started) <= 1 + 2 * READERS
