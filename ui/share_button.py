"""The button that shares a view: a link to the page as the visitor sees it, and a card (an image) with its pictures."""

from __future__ import annotations

from ui.component import component
from ui.own_routes import route_url
from ui.views import CARD

_SHARE = component("share")


def share_button() -> None:
    """Show the button. When it is clicked, the browser reads the address of the page and shares this address and the card."""
    _SHARE(key="share", data=[route_url(CARD)])
