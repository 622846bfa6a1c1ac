"""Show that a click was registered before the server answers."""

from __future__ import annotations

from ui.component import component

_FEEDBACK = component("click_feedback")


def show_click_feedback() -> None:
    """Dim every button and link for a moment when it is clicked. The component takes no room on the page."""
    _FEEDBACK(key="click-feedback")
