"""Serve the REST API as a part of the app if ``SEMBLANCE_API`` is on. The API is imported when its first request arrives."""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from devise_core.errors import DeploymentError, SettingsError
from devise_core.installation import install_command
from devise_core.serving import event_log
from devise_core.settings import settings
from ui.own_routes import base_path

PATH = "/api/v1"


class ApiMount:
    """Serves the API, or a response that says why there is no API."""

    def __init__(self) -> None:
        self._api: ASGIApp | None = None
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        async with self._lock:
            if self._api is None:
                self._api = await run_in_threadpool(_make)
        await self._api(scope, receive, send)


def _make() -> ASGIApp:
    """Make the API, or the response that says why there is no API."""
    from devise_core.api.problems import http_problem, problem_of

    try:
        if not settings().api:
            return http_problem(404, "This server has no API. Its operator can turn it on with SEMBLANCE_API=on.").response()
        from devise_core.api.app import create_api

        return create_api()
    except SettingsError as error:
        event_log.record_refusal(error)
        return problem_of(error).response()
    except ImportError:
        missing = DeploymentError(f"The API needs FastAPI. Install it with {install_command('api')}.")
        event_log.record_refusal(missing)
        return problem_of(missing).response()


def mounted() -> Mount:
    """Return the API below Streamlit's base path."""
    return Mount(base_path() + PATH, app=ApiMount())


def is_api(path: str) -> bool:
    """Return whether a path belongs to the API, which handles requests from other sites itself."""
    return path.startswith(f"{base_path()}{PATH}/")
