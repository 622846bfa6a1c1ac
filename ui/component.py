"""Components of our own: each a module here, its page, style and script of the same name in `components/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent / "components"


def component(name: str, *shared: str) -> Any:
    """The component of ``name.html``, ``.css`` and ``.js``, its script after the ``shared`` ones."""
    script = "".join((_HERE / f"{each}.js").read_text("utf-8") for each in (*shared, name))
    return st.components.v2.component(
        name, html=(_HERE / f"{name}.html").read_text("utf-8"), css=(_HERE / f"{name}.css").read_text("utf-8"), js=script
    )
