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
def filtered(sent: Parameters, monkeypatch: pytest.MonkeyPatch) -> Parameters:
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
