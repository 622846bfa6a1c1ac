"""Which pages of other sites may use the API in a visitor's browser. By default none may."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from devise_core.api.allowed_origins import ANY
from devise_core.api.problems import ApiProblem
from devise_core.serving import event_log
from devise_core.serving.origin import SAFE_METHODS, is_cross_origin

EXPOSED = ("ETag", "Retry-After")
_A_DAY = 86_400


class OriginMiddleware:
    """Refuse requests that pages of other sites make a browser send. Requests of allowed sites are answered as CORS requires.

    Args:
        app: The application that answers all requests that are not refused.
        origins: The sites that are allowed, such as "https://example.org", or ``ANY``.
    """

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        self._app, self._origins = app, origins
        self._cors = CORSMiddleware(
            app, allow_origins=origins, allow_methods=["*"], allow_headers=["*"], expose_headers=EXPOSED, max_age=_A_DAY
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if headers.get("origin") in self._origins or (ANY in self._origins and "origin" in headers):
            await self._cors(scope, receive, send)
        elif (scope["method"] not in SAFE_METHODS or "access-control-request-method" in headers) and is_cross_origin(headers):
            event_log.record("refusal", guard="origin")
            detail = "A page of another site may not send this request. The operator can allow sites with SEMBLANCE_API_ORIGINS."
            await ApiProblem(403, "origin", "Another site may not send this", detail).response()(scope, receive, send)
        else:
            await self._app(scope, receive, send)
