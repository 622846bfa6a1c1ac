"""The attackers of the benchmark attack nothing but this machine, and the visitors beside them notice what goes wrong."""

from __future__ import annotations

import sys

import pytest

from benchmarks import attackers
from benchmarks.app_session import AppSessionError
from benchmarks.honest_visitor import VisitLog
from benchmarks.hostile import slow_jpeg
from tests.browsing import run_session
from ui.server.message_guard import is_acceptable


@pytest.mark.parametrize("server", ["http://example.org", "http://127.0.0.1.example.org:80", "https://10.0.0.1"])
def test_only_this_machine_is_attacked(server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["attackers", server])
    with pytest.raises(SystemExit):
        attackers.main()
    assert "Only http://127.0.0.1 may be attacked" in capsys.readouterr().err


def test_the_large_message_is_one_that_the_guard_refuses() -> None:
    assert len(attackers._widgets()) > 9_000_000
    assert not is_acceptable(attackers._widgets())


def test_the_slow_zip_fits_into_a_drop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attackers, "slow_jpeg", lambda *_: slow_jpeg(1, 50))
    assert 100_000 < len(attackers._slow_zip.__wrapped__()) < attackers.UPLOAD


def test_a_wrong_answer_is_an_error_and_a_right_one_has_a_time() -> None:
    log = VisitLog()

    async def right() -> None:
        pass

    async def wrong() -> None:
        raise AppSessionError("no pictures")

    run_session(log.note("search", right()))
    run_session(log.note("search", wrong()))
    assert len(log.seconds["search"]) == 1
    assert log.errors == ["search: AppSessionError no pictures"]
