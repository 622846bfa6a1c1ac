"""The comparison of the indexes measures each of them, also with settings that find little."""

from __future__ import annotations

from pathlib import Path

from benchmarks.index import rows_of
from tests.fakes import unit_rows


def test_each_index_has_a_row(tmp_path: Path) -> None:
    rows = rows_of(unit_rows(3_000, 64), [(1, 1), (1, 20_000)], unit_rows(5, 64, 1), tmp_path)
    assert [row[1] for row in rows] == ["exact", "Annoy, 1 trees, 1 nodes", "Annoy, 1 trees, 20000 nodes", "scan"]
    recalls = [float(row[3]) for row in rows]
    assert recalls[0] == recalls[2] == recalls[3] == 1
    assert recalls[1] < 0.5, "the forest is measured although it misses most neighbours"
