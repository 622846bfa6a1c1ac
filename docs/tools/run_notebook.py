"""Run the notebook and store its outputs in it: ``python -m docs.tools.run_notebook``.

Numbers of runs and other marks of a run are left out, so that the file only changes where an output does.
"""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

LONGEST = 120
"""How long the whole notebook may run, in seconds, as its page says."""
NOTEBOOK = Path(__file__).parent.parent / "tutorial.ipynb"


def run(path: Path = NOTEBOOK, longest: float = LONGEST) -> Any:
    """Return the notebook with the outputs of a new run.

    Raises:
        CellTimeoutError: It has run for more than ``longest`` seconds.
    """
    notebook = nbformat.reads(path.read_text("utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    place = {"metadata": {"path": str(NOTEBOOK.parent.parent)}}
    end = time.monotonic() + longest

    def seconds_left(_: Any) -> int:
        return max(math.ceil(end - time.monotonic()), 1)

    options: dict[str, Any] = {"kernel_name": "python3", "resources": place, "coalesce_streams": True, "timeout_func": seconds_left}
    NotebookClient(notebook, **options).execute()
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        if cell["cell_type"] == "code":
            cell["execution_count"] = None
            cell["outputs"] = [_without_run(output) for output in cell["outputs"] if output.get("name") != "stderr"]
    return notebook


def _without_run(output: dict[str, Any]) -> dict[str, Any]:
    if "execution_count" in output:
        output["execution_count"] = None
    return {**output, "metadata": {}} if "metadata" in output else output


def main() -> None:
    """Run the notebook and write it."""
    notebook = nbformat.from_dict(run())  # type: ignore[no-untyped-call]
    nbformat.write(notebook, NOTEBOOK)  # type: ignore[no-untyped-call]
    print(f"{NOTEBOOK.name}: {len(json.dumps(notebook))} characters")


if __name__ == "__main__":
    main()
