"""``/health`` and ``/ready``: for programs that monitor the server."""

from __future__ import annotations

from fastapi import APIRouter, Response

from devise_core import __version__
from devise_core.api.other_records import ServerHealth, ServerReadiness
from devise_core.api.parameters import json_answer
from devise_core.api.work import engine_for, in_thread

ROUTER = APIRouter(tags=["server"])


@ROUTER.get("/health", response_model=ServerHealth)
async def health() -> Response:
    """Say that the server answers. This request needs no key and has no limit."""
    return json_answer(ServerHealth(status="ok", version=__version__))


@ROUTER.get("/ready", response_model=ServerReadiness)
async def ready() -> Response:
    """Say that the server can search, once its default collection is open. This request needs no key and has no limit."""
    engine = await in_thread(lambda: engine_for(None))
    return json_answer(
        ServerReadiness(
            status="ready",
            model=engine.model_id,
            collection=engine.collection.name,
            image_model_loaded=engine.encoder.ready,
        )
    )
