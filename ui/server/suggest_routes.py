"""Serve suggestions for the search box while a visitor types, without running the page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

COUNT = 8
MAX_CHARACTERS = 200
_HEADERS = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}


def _suggest(request: Request) -> Response:
    from devise_core.errors import DeviseError
    from ui.server.engine_cache import base_engine

    text = request.query_params.get("q", "")
    try:
        suggestions = base_engine().complete(text, COUNT) if len(text) <= MAX_CHARACTERS else []
    except DeviseError:
        return JSONResponse([], 503)
    return JSONResponse(suggestions, headers=_HEADERS)


ROUTE = Route("/suggest", _suggest)
