"""The notebook runs from its first cell to its last, and prints what is stored in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient.exceptions import CellTimeoutError

from docs.tools.run_notebook import NOTEBOOK, run

pytestmark = pytest.mark.artifacts
NUMBER = re.compile(r"-?\d+\.\d+")
TOLERANCE = 0.03
"""How much a figure may differ between processors, which is about four of the 152 test images."""
LARGEST = 120_000


def texts(notebook: Any) -> Iterator[str]:
    """Yield what each cell has printed or returned, and the kinds of its pictures."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            pictures = " ".join(sorted(kind for kind in data if kind.startswith("image/")))
            yield pictures or "".join(output.get("text") or data.get("text/plain", ""))


def test_notebook_prints_what_is_stored_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEMBLANCE_RUNTIME")
    stored = json.loads(NOTEBOOK.read_text("utf-8"))
    notebook = run()
    before, after = "\n".join(texts(stored)), "\n".join(texts(notebook))
    assert NUMBER.sub("#", after).split() == NUMBER.sub("#", before).split()
    figures, expected = ([float(number) for number in NUMBER.findall(text)] for text in (after, before))
    assert len(expected) > 50
    assert figures == pytest.approx(expected, abs=TOLERANCE)


def test_cells_that_together_take_longer_than_the_limit_are_stopped(tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in 5 * ("import threading; _ = threading.Event().wait(1.2)",)]  # type: ignore[no-untyped-call]
    path = tmp_path / "endless.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), "utf-8")  # type: ignore[no-untyped-call]
    with pytest.raises(CellTimeoutError):
        run(path, longest=2)


def test_notebook_is_small_and_says_nothing_of_the_machine() -> None:
    text = NOTEBOOK.read_text("utf-8")
    assert len(text) < LARGEST
    cells = json.loads(text)["cells"]
    assert {cell.get("execution_count") for cell in cells} == {None}
    assert not any("/home/" in part or "/tmp/" in part for part in texts(json.loads(text)))
