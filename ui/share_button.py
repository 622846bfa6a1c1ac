"""The button that shares a view: its link, and a card with its pictures."""

from __future__ import annotations

from ui.component import component
from ui.own_routes import route_url
from ui.views import CARD

_SHARE = component("share")


def share_button() -> None:
    """Show the button. The browser reads the address of the view when it is clicked."""
    _SHARE(key="share", data=[route_url(CARD)])
