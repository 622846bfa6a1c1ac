"""An answer to every press before the server has one."""

from __future__ import annotations

from ui.component import component

_PRESS = component("press")


def answer_presses() -> None:
    """On the whole page, as long as it is shown; takes no room."""
    _PRESS(key="press")
