"""The API as an ASGI application, to be mounted in the app or served alone. Import this module late: FastAPI is optional."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from devise_core.api import collection_routes, picture_routes, search_routes, server_routes
from devise_core.api.allowed_origins import origins_of
from devise_core.api.bodies import BodyMiddleware
from devise_core.api.clients import ClientMiddleware
from devise_core.api.description import describe
from devise_core.api.keys import KeyRing, read_keys
from devise_core.api.origins import OriginMiddleware
from devise_core.api.problems import ApiProblem, http_problem, invalid_request, problem_of
from devise_core.api.report import ReportMiddleware, unexpected_problem
from devise_core.errors import DeviseError
from devise_core.serving import event_log, metrics
from devise_core.settings import file, settings, text
from devise_core.vision.runtime_choice import chosen_runtime

PREFIX = "/api/v1"
"""The path of the API, both in the app and on its own server."""


def create_api() -> ASGIApp:
    """Make the API as the settings say. The paths of its routes do not have ``PREFIX``.

    Raises:
        SettingsError: A setting is not valid, or the file of keys cannot be read.
    """
    settings()
    chosen_runtime()
    keys_file = file("api_keys")
    if keys_file:
        read_keys(keys_file)
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # errors in a form are reported to the client, not logged
    MultiPartParser.spool_max_size = 2**31  # Starlette would write anything over a megabyte to disk
    api = FastAPI(title="Semblance", docs_url=None, redoc_url=None, redirect_slashes=False, root_path_in_servers=False)
    for routes in (search_routes, picture_routes, collection_routes, server_routes):
        api.include_router(routes.ROUTER)
    api.openapi = lambda: describe(api)  # type: ignore[method-assign]  # as FastAPI's documentation says
    _answer_errors(api)
    with_body = {route.path for route in picture_routes.ROUTER.routes if isinstance(route, APIRoute)}
    guarded = ClientMiddleware(BodyMiddleware(api, with_body), KeyRing(keys_file) if keys_file else None)
    return ReportMiddleware(OriginMiddleware(guarded, origins_of(text("api_origins"))))


def create_server() -> Starlette:
    """Make a server for the API alone, with metrics if they are on. Raises ``SettingsError`` if a setting is not valid."""
    routes = [Mount(PREFIX, app=create_api()), Route("/metrics", _metrics)]
    return Starlette(routes=routes, exception_handlers={HTTPException: _http_error})


def _answer_errors(api: FastAPI) -> None:
    """Register handlers that answer every error as a problem, as RFC 9457 defines it."""

    async def problem(_: Request, error: Exception) -> Response:
        assert isinstance(error, ApiProblem)
        return error.response()

    async def library_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, DeviseError)
        event_log.record_refusal(error)
        return problem_of(error).response()

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        errors: list[Any] = list(error.errors())
        return invalid_request(errors).response()

    async def unexpected(_: Request, error: Exception) -> Response:
        return unexpected_problem(event_log.record_bug(error)).response()

    handlers = {ApiProblem: problem, DeviseError: library_error, RequestValidationError: invalid, HTTPException: _http_error}
    for kind, handler in {**handlers, Exception: unexpected}.items():
        api.add_exception_handler(kind, handler)


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return http_problem(error.status_code, headers=error.headers).response()


def _metrics(_: Request) -> Response:
    if not metrics.metrics_on():
        return http_problem(404).response()
    content, media_type = metrics.exposition()
    return Response(content, media_type=media_type)
