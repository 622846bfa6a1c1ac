"""The outermost layer of the API: it logs and counts each request, and answers errors that nobody expected.

Only this module of the API handles every ``Exception``.
"""

from __future__ import annotations

import time

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from devise_core.api.problems import ApiProblem
from devise_core.serving import event_log

CLIENT = "semblance.client"
"""The key in the ASGI scope for who sent the request, as a ``clients.ApiClient``."""


class ReportMiddleware:
    """Record each request by its route and status, never by what it asks for. ``HEAD`` is answered like ``GET``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else dict(scope)

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-content-type-options", b"nosniff")]
            if scope["method"] == "HEAD" and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(inner, receive, send_and_note)
        except ClientDisconnect:
            return
        except Exception as error:
            if not status:  # otherwise the error was answered already, and is raised again for the server's log
                await unexpected_problem(event_log.record_bug(error)).response()(inner, receive, send_and_note)
        route = inner.get("route")
        path = getattr(route, "path_format", "") if route is not scope.get("route") else ""  # in the app, the API is a route itself
        event_log.record("api", status=status, route=path or "none", ms=round(1000 * (time.perf_counter() - started), 1))


def unexpected_problem(number: str) -> ApiProblem:
    """Return the answer to an error that nobody expected. The log has the same ``number``."""
    detail = f"This is a bug in the server, not a mistake in your request. If you report it, include the number {number}."
    return ApiProblem(500, "unexpected", "Something went wrong", detail, {"number": number})
