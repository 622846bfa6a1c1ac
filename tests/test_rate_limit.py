"""A session may run a page only so often in a minute."""

from __future__ import annotations

import pytest

from tests.app_testing import app, checked, page_text
from ui.server.rate_limit import RateLimit


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
    test = app("text_search", q="violin")
    checked(test.run())
    test.run()
    assert "You have sent 2 requests in the last minute" in checked(test).warning[0].value
    assert "match well" not in page_text(test)
    assert test.button(key="again-session")
    assert "match well" in page_text(app("text_search", q="violin"))  # another session
