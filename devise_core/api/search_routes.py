"""``/search``: images for a text."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from devise_core.api.answers import search_answer
from devise_core.api.parameters import SearchParameters
from devise_core.api.recent import RecentAnswers
from devise_core.api.records import SearchAnswer
from devise_core.api.work import search_in_thread
from devise_core.engine import Engine
from devise_core.serving import event_log

ROUTER = APIRouter(tags=["search"])
_RECENT = RecentAnswers()


@ROUTER.get("/search", response_model=SearchAnswer)
async def search(parameters: Annotated[SearchParameters, Query()]) -> Response:
    """Find the images for a text, the best first, with how the text was read and whether anything matches well."""
    content = await search_in_thread(parameters.collection, lambda engine: _search(engine, parameters))
    return Response(content, media_type="application/json")


def _search(engine: Engine, parameters: SearchParameters) -> bytes:
    """Return the answer as JSON. A recent answer to the same request is not computed again."""
    asked = parameters.model_dump_json()
    with event_log.timed_search(parameters.q) as facts:
        content = _RECENT.get(engine, asked)
        facts["cached"] = content is not None
        if content is None:
            query = engine.query(parameters.q)
            answer = search_answer(engine, query, parameters)
            facts["terms"], facts["hits"] = len(query.reading.terms), len(answer.hits)
            content = answer.model_dump_json().encode()
            _RECENT.put(engine, asked, content)
    return content
