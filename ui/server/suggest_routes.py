"""Suggestions for the search box, without a run of the page: they come while a word is typed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

COUNT = 8
LONGEST = 200
_HEADERS = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}


def _suggest(request: Request) -> Response:
    from devise_core.errors import DeviseError
    from ui.server.engine_cache import model

    text = request.query_params.get("q", "")
    try:
        found = model().complete(text, COUNT) if len(text) <= LONGEST else []
    except DeviseError:
        return JSONResponse([], 503)
    return JSONResponse(found, headers=_HEADERS)


ROUTE = Route("/suggest", _suggest)
