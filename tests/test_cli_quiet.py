"""A command that waits for the model says so in a terminal."""

from __future__ import annotations

import io

import pytest

from devise_core.cli.quiet import LOADING, load_model
from tests.fakes import ColourEncoder


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Terminal(), LOADING), (io.StringIO(), "")])
def test_only_a_terminal_says_that_the_model_is_loading(stream: io.StringIO, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", stream)
    load_model(ColourEncoder())
    first, *cleared = stream.getvalue().split("\r")
    assert first == shown
    assert "".join(cleared).strip() == "", "the line is empty again"
