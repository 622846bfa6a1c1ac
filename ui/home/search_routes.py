"""Search while a visitor types, without running the page."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from devise_core.serving import event_log
from devise_core.serving.rate_limit import try_again
from ui.server.rate_limit import NoPassError, typed_search_counted, wait_for_typed_search

_HEADERS = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff"}


def _search(request: Request) -> Response:
    """Answer ``?q=TEXT&c=COLLECTION&pass=PASS`` as ``answer_while_typing`` does, or as ``answer_to_text`` with ``&done=1``."""
    name = request.query_params.get("pass", "")
    try:
        wait, limit = wait_for_typed_search(name)
    except NoPassError:
        return PlainTextResponse("This search needs the page Home. If Home has been open for long, reload it.", 403)
    if wait:
        event_log.record("refusal", guard=limit)
        return PlainTextResponse(f"Too many searches. {try_again(wait)}", 429, {"Retry-After": str(math.ceil(wait))})
    from devise_core.errors import DeviseError
    from devise_core.serving.open_engines import collection_engine
    from ui.home.answer import answer_to_text
    from ui.home.while_typing import answer_while_typing

    try:
        with typed_search_counted(name), event_log.timed("typed_search") as facts:
            read = answer_to_text if request.query_params.get("done") else answer_while_typing
            answer = read(collection_engine(request.query_params.get("c", "")), request.query_params.get("q", ""))
            facts["hits"] = len(answer["tiles"])
    except DeviseError as error:
        event_log.record_refusal(error)
        return PlainTextResponse("This collection cannot be searched. Reload the page.", 503)
    return JSONResponse(answer, headers=_HEADERS)


ROUTE = Route("/search", _search)
