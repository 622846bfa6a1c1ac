"""``/search``: images for a text."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from devise_core.api.answers import search_answer
from devise_core.api.parameters import SearchParameters, json_answer
from devise_core.api.records import SearchAnswer
from devise_core.api.work import SEARCHES, engine_for, in_thread
from devise_core.serving import event_log

ROUTER = APIRouter(tags=["search"])


@ROUTER.get("/search", response_model=SearchAnswer)
async def search(parameters: Annotated[SearchParameters, Query()]) -> Response:
    """Find the images for a text, the best first, with how the text was read and whether anything matches well."""
    return await in_thread(lambda: json_answer(_search(parameters)))


def _search(parameters: SearchParameters) -> SearchAnswer:
    engine = engine_for(parameters.collection)
    with SEARCHES, event_log.timed_search(parameters.q) as facts:
        query = engine.query(parameters.q)
        answer = search_answer(engine, query, parameters)
        facts["terms"], facts["hits"] = len(query.reading.terms), len(answer.hits)
    return answer
