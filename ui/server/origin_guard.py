"""Refuse requests that another site makes in a visitor's browser and that would change something, such as an upload.

Streamlit compares a cookie with a header for this. Browsers do not send the cookie where another site shows the app in a frame, so
uploads would fail there. ``.streamlit/config.toml`` turns that check off. This one uses what the browser says of a request, as
``http.CrossOriginProtection`` of Go's standard library does.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from devise_core.serving import event_log

_SAFE = ("GET", "HEAD", "OPTIONS")


class OriginGuardMiddleware:
    """Answer with 403 what comes from another site. Streamlit checks the origin of WebSockets itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["method"] not in _SAFE and is_cross_origin(Headers(scope=scope)):
            event_log.record("refusal", guard="origin")
            await PlainTextResponse("Another site may not send this. Open the app itself.", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_cross_origin(headers: Headers) -> bool:
    """Whether a browser says that the page of another origin makes a request.

    A program that is no browser says nothing, and may send what it likes: it carries no visitor's rights.

    Args:
        headers: The headers of the request.
    """
    if site := headers.get("sec-fetch-site"):  # sent by all browsers since 2023, to https and localhost
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
