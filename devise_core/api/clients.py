"""Who sends a request: a client with a key, or an address. Each key and each address has its own limit."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from devise_core.api.keys import ApiKey, KeyRing
from devise_core.api.problems import ApiProblem, problem_of
from devise_core.api.report import CLIENT
from devise_core.errors import SettingsError
from devise_core.serving import event_log
from devise_core.serving.rate_limit import MAX_ADDRESSES, NamedLimits, try_again
from devise_core.settings import settings

OPEN_PATHS = ("/health", "/ready", "/openapi.json")
"""The paths that anyone may read without a key and without a limit: health checks, and the description of the API."""


@dataclass(frozen=True)
class ApiClient:
    """The sender of a request.

    Attributes:
        name: The name of the client in the queues: "key" and the name of its key, or its address.
        address: The address.
        has_key: Whether the client has a key. If it has, shared caches may not store the answers to it.
    """

    name: str
    address: str
    has_key: bool = False


def path_of(scope: Scope) -> str:
    """Return the path of a request, relative to the address of the API."""
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


class ClientMiddleware:
    """Refuse a client that sends too many requests, and, if there are keys, a client without a valid key.

    Args:
        app: The application that answers all requests that are not refused.
        keys: The keys, or None if no key is needed.
        clock: Returns the time in seconds.
    """

    def __init__(self, app: ASGIApp, keys: KeyRing | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._app, self._keys, self._clock = app, keys, clock
        self._limits = NamedLimits(MAX_ADDRESSES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or path_of(scope) in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        address = (scope.get("client") or ("",))[0]
        try:
            key = self._key(Headers(scope=scope))
            problem = self._refusal(key, address)
        except SettingsError as error:
            event_log.record_refusal(error)
            key, problem = None, problem_of(error)
        if problem:
            await problem.response()(scope, receive, send)
            return
        scope[CLIENT] = ApiClient(f"key {key.name}" if key else address, address, key is not None)
        await self._app(scope, receive, send)

    def _key(self, headers: Headers) -> ApiKey | None:
        scheme, _, presented = headers.get("authorization", "").partition(" ")
        if self._keys is None or scheme.lower() != "bearer":
            return None
        return self._keys.find(presented.strip())

    def _refusal(self, key: ApiKey | None, address: str) -> ApiProblem | None:
        """Count a request, and return why it is refused, or None if it is not.

        A request without a valid key counts for its address.
        """
        current = settings()
        limit = (key.rate or current.api_key_requests_per_minute) if key else current.api_requests_per_minute
        name = f"key {key.name} {limit}" if key else f"address {address}"
        self._limits.add(name, limit)
        if wait := self._limits.seconds_to_wait(name, self._clock()):
            event_log.record("refusal", guard="api rate")
            detail = f"You have sent {limit} requests in the last minute. {try_again(wait)}"
            return ApiProblem(429, "rate", "Too many requests", detail, {}, {"Retry-After": str(math.ceil(wait))})
        if self._keys and not key:
            event_log.record("refusal", guard="api key")
            detail = "This server needs a valid key. Send it as the header “Authorization: Bearer KEY”."
            return ApiProblem(401, "key", "No valid key", detail, {}, {"WWW-Authenticate": "Bearer"})
        return None
