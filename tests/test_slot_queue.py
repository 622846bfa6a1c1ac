"""The queue for the model: first in, first out, with a limit on its length and on the wait."""

from __future__ import annotations

import threading

import pytest

from devise_core.errors import AbandonedError, BusyError
from devise_core.untrusted.job import Job
from devise_core.untrusted.slot_queue import SlotQueue


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


def served_in_order(queue: SlotQueue, sessions: str) -> str:
    """Let a request of each session wait, in this order, and return the order in which they are served."""
    jobs = {session: Job(session) for session in sessions}
    served, threads = list[str](), list[threading.Thread]()

    def request(session: str, is_waiting: threading.Event) -> None:
        with queue.slot(lambda ahead: is_waiting.set(), jobs[session]):
            served.append(session)

    with queue.slot():
        for session in sessions:
            is_waiting = threading.Event()
            threads.append(threading.Thread(target=request, args=(session, is_waiting)))
            threads[-1].start()
            assert is_waiting.wait(20)
    for thread in threads:
        thread.join(20)
    return "".join(served)


def test_sessions_take_turns() -> None:
    assert served_in_order(SlotQueue(1, 9, 30), "aaabbc") == "abcaba"


def test_a_session_with_a_slot_waits_behind_those_without() -> None:
    """If a session keeps one of two slots, its next request is served after a later request of another session."""
    queue = SlotQueue(2, 9, 30)
    with queue.slot(job=Job("a")):
        assert served_in_order(queue, "aab") == "baa"


def test_a_visitor_who_leaves_gives_up_the_place() -> None:
    queue, left, waits = SlotQueue(1, 5, 30), threading.Event(), threading.Event()
    reports = list[int]()

    def report(ahead: int) -> None:
        reports.append(ahead)
        waits.set()

    def leave_when_waiting() -> None:
        assert waits.wait(20)
        left.set()

    leaving = threading.Thread(target=leave_when_waiting)
    leaving.start()
    with queue.slot(), pytest.raises(AbandonedError, match="connection was lost"), queue.slot(report, Job("a", left.is_set)):
        pytest.fail("work for nobody")
    leaving.join(20)
    assert queue.waiting == 0
    assert reports
