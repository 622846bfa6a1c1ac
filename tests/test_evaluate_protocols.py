"""Which protocols ``evaluate`` runs if data sets are missing, and the differences that a table can have."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from devise_core import Engine
from devise_core.cli import main
from devise_core.datasets.readers import MissingDataError
from devise_core.evaluate import protocols
from devise_core.evaluate.methods import CONSE, SHIPPED
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.tables import Outcome, comparison
from devise_core.results import OURS, Table


def test_protocols_without_their_data_are_left_out_of_a_whole_run(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ModelUnderTest(engine.layout, engine.manifest, engine.text, engine.encoder, tmp_path, tmp_path, print)
    table = Table("Measured", "", ("method",), ())
    names = {name: protocols.PROTOCOLS[name] for name in ("flickr8k", "stamps")}
    monkeypatch.setattr(protocols, "PROTOCOLS", {**names, "absent": lambda _: Outcome((table,))})
    assert protocols.measure(model).tables == (table,)
    said = capsys.readouterr().out
    assert re.search("^flickr8k is left out.*captions.csv is missing", said, re.MULTILINE)
    assert re.search("^stamps is left out.*stamps-queries.csv is missing", said, re.MULTILINE)
    with pytest.raises(MissingDataError, match="captions.csv is missing"):
        protocols.measure(model, ["flickr8k"])


def test_only_protocols_on_data_sets_need_their_folder(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("SEMBLANCE_DATA", raising=False)
    measured: list[list[str]] = []

    def record(_: ModelUnderTest, names: list[str]) -> protocols.Evaluation:
        measured.append(names)
        return protocols.Evaluation("", "", Outcome(()))

    monkeypatch.setattr(protocols, "measure", record)
    assert main(["evaluate", "labels", "absent", "own-labels"]) == 0
    assert measured == [["labels", "absent", "own-labels"]]
    capsys.readouterr()
    for names in ([], ["labels", "stamps"]):
        assert main(["evaluate", *names]) == 1
        assert "absent, labels, own-labels need no data sets" in capsys.readouterr().err


def test_further_differences_have_intervals_over_classes_too() -> None:
    values = {name: {"hit@1": np.array(hits, dtype=float)} for name, hits in ((OURS, [0, 0, 1]), (SHIPPED, [1, 0, 1]))}
    table = comparison("Hits", "", "zero-shot", values, np.array([0, 0, 1]), further=((SHIPPED, OURS), (SHIPPED, CONSE)))
    rows = [row[0].text for row in table.rows]
    assert rows == [OURS, SHIPPED, f"{SHIPPED} − {OURS}", f"{SHIPPED} − {OURS}, by classes"]  # ConSE was not measured
    assert [row[1].value for row in table.rows[2:]] == [0.3333, 0.3333]
    assert (table.rows[3][1].low, table.rows[3][1].high) == (0, 0.5)  # resamples of one class only
