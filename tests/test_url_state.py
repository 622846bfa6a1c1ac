"""Which address the server assumes when a browser sends an earlier one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ui import url_state


class Parameters(dict[str, list[str]]):
    """The parameters that the browser has sent."""

    def get_all(self, name: str) -> list[str]:
        return self[name]

    from_dict = dict.update


class Clock:
    """A clock that only moves when a test waits."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(url_state, "time", clock)
    return clock


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Parameters:
    parameters = Parameters()
    monkeypatch.setattr(url_state, "st", SimpleNamespace(session_state={}, query_params=parameters))
    return parameters


def run(monkeypatch: pytest.MonkeyPatch, *, is_history_navigation: bool, interrupted: bool = False) -> list[str]:
    """Run a page and return the labels in the address that it reads. They are empty if the page is interrupted before."""
    context = SimpleNamespace(session_id="one", is_history_navigation=is_history_navigation)
    monkeypatch.setattr(url_state, "get_script_run_ctx", lambda: context)
    url_state.note_navigation()
    return [] if interrupted else url_state.read_all("label")


@pytest.fixture
def filtered(clock: Clock, sent: Parameters, monkeypatch: pytest.MonkeyPatch) -> Parameters:
    """A visitor has just chosen a label, and the browser still sends the address from before."""
    assert run(monkeypatch, is_history_navigation=False) == []
    url_state.update(label=["sombrero"])
    sent.clear()
    return sent


@pytest.mark.usefixtures("filtered")
def test_an_earlier_address_that_comes_late_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, is_history_navigation=False) == ["sombrero"]


@pytest.mark.usefixtures("filtered")
def test_back_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, is_history_navigation=True) == []


@pytest.mark.usefixtures("filtered")
def test_back_is_followed_if_its_run_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit ends a run when the next message comes. That next run has the address of Back, but is not marked as navigation."""
    run(monkeypatch, is_history_navigation=True, interrupted=True)
    assert run(monkeypatch, is_history_navigation=False) == []


def test_back_to_the_same_address_does_not_let_a_late_one_in(filtered: Parameters, monkeypatch: pytest.MonkeyPatch) -> None:
    filtered["label"] = ["sombrero"]
    assert run(monkeypatch, is_history_navigation=True) == ["sombrero"]
    filtered.clear()
    assert run(monkeypatch, is_history_navigation=False) == ["sombrero"]


@pytest.mark.usefixtures("filtered")
@pytest.mark.parametrize(("seconds", "expected"), [(2.0, ["sombrero"]), (4.0, [])])
def test_a_late_address_comes_within_three_seconds(
    seconds: float, expected: list[str], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.wait(seconds)
    assert run(monkeypatch, is_history_navigation=False) == expected


@pytest.mark.usefixtures("filtered")
@pytest.mark.parametrize(("seconds", "expected"), [(2.0, ["sombrero"]), (4.0, [])])
def test_the_time_of_a_run_is_not_counted(
    seconds: float, expected: list[str], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy server, the next request waits until the run has ended."""
    with pytest.raises(InterruptedError), url_state.page_run():
        clock.wait(10)
        raise InterruptedError
    clock.wait(seconds)
    assert run(monkeypatch, is_history_navigation=False) == expected


def test_the_time_of_later_runs_is_not_added(clock: Clock, filtered: Parameters, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a link to the page itself, which leads to an earlier address, would do nothing as long as the visitor is active."""
    filtered["label"] = ["sombrero"]
    clock.wait(4)
    with url_state.page_run():
        clock.wait(10)
    filtered.clear()
    assert run(monkeypatch, is_history_navigation=False) == []


@pytest.mark.usefixtures("filtered")
def test_all_reads_of_a_run_agree(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    with url_state.page_run():
        assert run(monkeypatch, is_history_navigation=False) == ["sombrero"]
        clock.wait(10)
        assert url_state.read_all("label") == ["sombrero"]
    clock.wait(20)
    assert run(monkeypatch, is_history_navigation=False) == []
