"""Counts among the figures of a results table, such as the number of queries."""

from __future__ import annotations

import json
from pathlib import Path

from devise_core.results import Cell, read_results
from tests.sample_results import content
from ui.results.chart_data import describe_chart, dot_rows


def test_a_count_is_a_whole_number_and_is_not_charted(tmp_path: Path) -> None:
    written = content()
    written["tables"][0]["columns"].append("queries")
    for row, count in zip(written["tables"][0]["rows"], (1, 1245, 1, 1), strict=True):
        row.append({"value": count})
    path = tmp_path / "results.json"
    path.write_text(json.dumps(written), "utf-8")
    results = read_results(path)
    assert results is not None
    table = results.tables[0]
    assert [str(row[-1]) for row in table.rows] == ["1", "1,245", "1", "1"]
    assert table.rows[1][-1].as_dict() == {"value": 1245}
    assert str(Cell(1.0)) == "1.000"
    assert "queries" not in describe_chart(table, ["hit@5", "queries"])
    assert dot_rows(table, ["hit@5", "queries"], ()) == dot_rows(table, ["hit@5"], ())
