"""Custom components. Each is a Python module, with HTML, CSS and JavaScript of one name in ``components/``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).parent / "components"


def component(name: str, *shared: str) -> Any:
    """Register the component in ``name.html``, ``name.css`` and ``name.js``. The ``shared`` scripts are put before its own."""
    script = "".join((_FOLDER / f"{each}.js").read_text("utf-8") for each in (*shared, name))
    return st.components.v2.component(
        name, html=(_FOLDER / f"{name}.html").read_text("utf-8"), css=(_FOLDER / f"{name}.css").read_text("utf-8"), js=script
    )
