"""Run the app with long timeouts, for tests that hold its answers back: ``python -m tests.app_with_patience run streamlit_app.py``.

The app waits 3 seconds for the answer to a change. A busy machine may need longer.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from streamlit.web.cli import main

from tests.browsing import PATIENCE
from ui import component, url_state
from ui.server import script_routes

TIMEOUT = "CONFIRM_TIMEOUT = 3000"


def copy_with_patience(folder: Path, target: Path) -> None:
    """Copy the scripts in ``folder`` with a longer timeout."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("node_modules", "*.py"))
    scripts = [path for path in target.rglob("*.js") if TIMEOUT in path.read_text("utf-8")]
    assert len(scripts) == 2
    for path in scripts:
        path.write_text(path.read_text("utf-8").replace(TIMEOUT, f"CONFIRM_TIMEOUT = {1000 * PATIENCE}"), "utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "ui"
        copy_with_patience(script_routes._UI, copy)
        component._FOLDER = copy / "components"
        script_routes._UI = copy
        url_state._LATE_SECONDS = PATIENCE
        main()
