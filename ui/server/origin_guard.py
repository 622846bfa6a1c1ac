"""Refuse requests that another site makes in a visitor's browser and that would change something, such as an upload.

Streamlit's own check compares a cookie with a header. If another site shows the app in a frame, browsers do not send the cookie, so
Streamlit would refuse uploads. ``.streamlit/config.toml`` therefore turns that check off. The check in this module uses the headers
in which the browser states where a request comes from, as ``http.CrossOriginProtection`` of Go's standard library does.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from devise_core.serving import event_log
from devise_core.serving.origin import SAFE_METHODS, is_cross_origin
from ui.server.api_mount import is_api


class OriginGuardMiddleware:
    """Refuse requests from other sites with 403. Streamlit checks WebSockets itself, and the API checks its own requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and _is_refused(scope):
            event_log.record("refusal", guard="origin")
            await PlainTextResponse("Another site may not send this. Open the app itself.", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_refused(scope: Scope) -> bool:
    return scope["method"] not in SAFE_METHODS and not is_api(scope["path"]) and is_cross_origin(Headers(scope=scope))
