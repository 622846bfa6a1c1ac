"""A command that waits for the model says so in a terminal."""

from __future__ import annotations

import io

import pytest

from devise_core.cli.main import main
from devise_core.cli.quiet import LOADING, QuietImageEncoder, load_model
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.results.records import Results
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


def test_evaluate_loads_the_model_without_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    models = list[ModelUnderTest]()

    def measured(model: ModelUnderTest, _: str) -> Results:
        models.append(model)
        return Results("evaluate", model.encoder.model_id, (), {}, ())

    monkeypatch.setattr("devise_core.evaluate.protocols.measure_collection", measured)
    assert main(["evaluate", "--collection", "stamps"]) == 0
    assert isinstance(models[0].encoder, QuietImageEncoder)
