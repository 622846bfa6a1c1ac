"""``/search``: images for a text."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from devise_core.api.answers import search_answer
from devise_core.api.parameters import SearchParameters, json_answer
from devise_core.api.records import SearchAnswer
from devise_core.api.work import search_in_thread
from devise_core.engine import Engine
from devise_core.serving import event_log

ROUTER = APIRouter(tags=["search"])


@ROUTER.get("/search", response_model=SearchAnswer)
async def search(parameters: Annotated[SearchParameters, Query()]) -> Response:
    """Find the images for a text, the best first, with how the text was read and whether anything matches well."""
    return await search_in_thread(parameters.collection, lambda engine: json_answer(_search(engine, parameters)))


def _search(engine: Engine, parameters: SearchParameters) -> SearchAnswer:
    with event_log.timed_search(parameters.q) as facts:
        query = engine.query(parameters.q)
        answer = search_answer(engine, query, parameters)
        facts["terms"], facts["hits"] = len(query.reading.terms), len(answer.hits)
    return answer
