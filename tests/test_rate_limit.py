"""A session may run a page only so often in a minute."""

from __future__ import annotations

import pytest

from tests.app_testing import app, checked, page_text
from ui.server.rate_limit import RateLimit, TypingPasses


def test_requests_are_counted_in_a_sliding_window() -> None:
    rate = RateLimit(2)
    assert [rate.seconds_to_wait(now) for now in (0.0, 10.0)] == [0, 0]
    assert rate.seconds_to_wait(15.0) == 45
    assert rate.seconds_to_wait(59.0) == 1
    assert rate.seconds_to_wait(60.0) == 0  # the first request is a minute old
    assert rate.seconds_to_wait(61.0) == 9


@pytest.mark.usefixtures("fresh_settings")
def test_a_session_with_too_many_requests_is_told_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_REQUESTS_PER_MINUTE", "2")
    test = app("text_search", q="bird")
    checked(test.run())
    test.run()
    assert "You have sent 2 requests in the last minute" in checked(test).warning[0].value
    assert "match well" not in page_text(test)
    assert test.button(key="again-session")
    assert "match well" in page_text(app("text_search", q="bird"))  # another session


def test_only_a_known_pass_may_search_while_typing_and_only_so_often() -> None:
    passes = TypingPasses()
    passes.add("a", 2)
    assert passes.seconds_to_wait("b", 0.0) is None
    assert [passes.seconds_to_wait("a", now) for now in (0.0, 0.0, 20.0)] == [0, 0, 40]
    passes.add("a", 2)  # each run of the page adds it again
    assert passes.seconds_to_wait("a", 20.0) == 40


def test_the_pass_that_was_not_used_for_the_longest_time_is_dropped() -> None:
    passes = TypingPasses(max_passes=2)
    for name in ("a", "b"):
        passes.add(name, 5)
    passes.seconds_to_wait("a", 0.0)
    passes.add("c", 5)
    assert [passes.seconds_to_wait(name, 0.0) is None for name in "abc"] == [False, True, False]
