"""Serve suggestions for the search box while a visitor types, without running the page."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from devise_core.serving import event_log
from ui.server.rate_limit import wait_for_suggestion

COUNT = 8
MAX_CHARACTERS = 200
_HEADERS = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}


def _suggest(request: Request) -> Response:
    """Answer ``?q=TEXT&c=COLLECTION`` with completions: pairs of an offset in the text and the words to put there.

    For an empty text, the completions are labels of the collection.
    """
    from devise_core.errors import DeviseError, SettingsError
    from devise_core.serving.open_engines import base_engine, collection_engine
    from ui.server.engine_cache import UPLOADS

    try:
        wait = wait_for_suggestion(request.client.host if request.client else "")
    except SettingsError:
        return JSONResponse([], 503)  # every page says what is wrong
    if wait:
        event_log.record("refusal", guard="suggestion rate")
        return JSONResponse([], 429, {"Retry-After": str(math.ceil(wait))})
    text, name = request.query_params.get("q", ""), request.query_params.get("c", "")
    try:
        engine = collection_engine(name) if name and name != UPLOADS else base_engine()
        suggestions = engine.suggest(text, COUNT) if len(text) <= MAX_CHARACTERS else []
    except DeviseError:
        return JSONResponse([], 503)
    return JSONResponse(suggestions, headers=_HEADERS)


ROUTE = Route("/suggest", _suggest)
