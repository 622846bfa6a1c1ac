"""The queue for the model: first in, first out, with a limit on its length and on the wait."""

from __future__ import annotations

import threading

import pytest

from devise_core.errors import BusyError
from ui.server.slot_queue import SlotQueue


def ignore(ahead: int) -> None:
    pass


def test_requests_run_in_order_and_know_how_many_are_ahead() -> None:
    queue, done, reported = SlotQueue(1, 9, 30), list[int](), {1: list[int](), 2: list[int](), 3: list[int]()}
    queued = {number: threading.Event() for number in reported}

    def request(number: int) -> None:
        def on_wait(ahead: int) -> None:
            reported[number].append(ahead)
            queued[number].set()

        with queue.slot(on_wait) as waited:
            assert waited > 0
            done.append(number)

    threads = [threading.Thread(target=request, args=(number,)) for number in reported]
    with queue.slot(ignore) as waited:
        assert waited < 0.2
        for number, thread in enumerate(threads, 1):
            thread.start()
            assert queued[number].wait(20)
        assert queue.waiting == 3
    for thread in threads:
        thread.join(20)
    assert done == [1, 2, 3]
    assert {number: ahead[0] for number, ahead in reported.items()} == {1: 1, 2: 2, 3: 3}
    assert queue.waiting == 0


def test_several_requests_run_at_a_time() -> None:
    queue = SlotQueue(2, 0, 1)
    with queue.slot(ignore), queue.slot(ignore), pytest.raises(BusyError, match="2 requests are ahead"), queue.slot(ignore):
        pytest.fail("a third request ran")
    with queue.slot(ignore):
        pass


def test_a_request_that_times_out_or_leaves_gives_up_its_place() -> None:
    queue = SlotQueue(1, 5, 0.05)

    def leave(ahead: int) -> None:
        raise KeyboardInterrupt

    with queue.slot(ignore):
        with (
            pytest.raises(BusyError, match=r"busy for 0.05 seconds and 1 request is still ahead of you. Try again"),
            queue.slot(ignore),
        ):
            pass
        assert queue.waiting == 0
    queue = SlotQueue(1, 5, 30)
    with queue.slot(ignore):
        with pytest.raises(KeyboardInterrupt), queue.slot(leave):
            pass
        assert queue.waiting == 0
    with pytest.raises(ZeroDivisionError), queue.slot(ignore):
        raise ZeroDivisionError
    with queue.slot(ignore) as waited:
        assert waited < 1
