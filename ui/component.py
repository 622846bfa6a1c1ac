"""Custom components. Each has a Python module, and HTML, CSS and JavaScript files that share a name in ``components/``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).parent / "components"


def component(name: str, *shared: str) -> Any:
    """Register the component in ``name.html``, ``name.css`` and ``name.js``.

    The ``shared`` scripts, and styles of the same names if there are any, are put before those of the component. The browser draws
    the HTML before it starts the script. So controls in the HTML are ``inert``, which hides them, and the script changes that.
    """
    return st.components.v2.component(
        name, html=_read(name, "html"), css=_joined("css", "starting", *shared, name), js=_joined("js", *shared, name)
    )


def _joined(suffix: str, *names: str) -> str:
    return "".join(_read(name, suffix) for name in names)


def _read(name: str, suffix: str) -> str:
    path = _FOLDER / f"{name}.{suffix}"
    return path.read_text("utf-8") if path.is_file() else ""
