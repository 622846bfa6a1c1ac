"""Checks of the bodies of requests: their media type, their size, and how many arrive at the same time."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Container

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from devise_core.api.clients import ApiClient, path_of
from devise_core.api.problems import MEDIA_TYPE, RETRY_SECONDS, ApiProblem, http_problem
from devise_core.api.report import CLIENT
from devise_core.serving import arriving_bytes, event_log
from devise_core.serving.refused_upload import RefusedUpload
from devise_core.settings import settings

FORM_BYTES = 100_000
"""The most bytes that a form may have beside the image in it."""
MAX_SECONDS = 120.0
"""The most seconds that a body may take to arrive."""
PER_CLIENT = 8
"""The most images of one client that are received and read at the same time."""
_KINDS = ("multipart/form-data", "application/x-www-form-urlencoded")
_RETRY = {"Retry-After": str(RETRY_SECONDS)}


class BodyMiddleware:
    """Refuse a body before it is read if its media type is wrong, if it is too large, or if too many bodies arrive.

    ``serving/arriving_bytes.py`` counts the bytes together with those that the app receives.

    Args:
        app: The application that answers all requests that are not refused.
        paths: The paths of the routes that read a body. Requests to other paths are not checked.
    """

    def __init__(self, app: ASGIApp, paths: Container[str]) -> None:
        self._app, self._paths, self._expected, self._running = app, paths, Counter[str](), Counter[str]()
        arriving_bytes.count_from(lambda: list(self._expected.items()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "POST" or path_of(scope) not in self._paths:
            await self._app(scope, receive, send)
            return
        client: ApiClient = scope[CLIENT]
        headers, largest = Headers(scope=scope), settings().upload_bytes + FORM_BYTES
        length = _length(headers, largest)
        if problem := self._refusal(headers, length, largest, client):
            event_log.record("refusal", guard=f"api {problem.kind}")
            await RefusedUpload(problem.content(), problem.status, problem.headers, MEDIA_TYPE)(scope, receive, send)
            return
        self._expected[client.address] += length
        self._running[client.name] += 1
        try:
            await self._app(scope, _bounded(receive, largest), send)
        finally:
            self._expected[client.address] -= length
            self._running[client.name] -= 1
            self._expected, self._running = +self._expected, +self._running  # drops clients whose count is zero

    def _refusal(self, headers: Headers, length: int, largest: int, client: ApiClient) -> ApiProblem | None:
        """Return why a body is refused, or None if it is accepted."""
        if length < 0:
            return http_problem(400, "The header Content-Length is not a number of bytes.")
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _KINDS:
            return http_problem(415)
        if length > largest:
            return _too_large()
        return self._crowded(client) or self._arriving(length, client)

    def _crowded(self, client: ApiClient) -> ApiProblem | None:
        """Return why one more image is refused, or None if it is accepted."""
        if self._running[client.name] >= PER_CLIENT:
            detail = (
                f"You are sending more than {PER_CLIENT} images at the same time. Wait for an answer before you send the next one."
            )
            return ApiProblem(429, "images", "Too many images", detail, {}, _RETRY)
        if self._running.total() >= settings().api_images:
            detail = "The server is reading too many images at the moment. Try again in a minute."
            return ApiProblem(503, "busy", "The server is busy", detail, {}, _RETRY)
        return None

    def _arriving(self, length: int, client: ApiClient) -> ApiProblem | None:
        """Return why ``length`` more bytes are refused, or None if they are accepted."""
        if reason := arriving_bytes.refusal(length, client.address, settings().all_uploads_bytes):
            detail, status = reason
            return ApiProblem(status, "busy", "Too many files", detail, {}, _RETRY)
        return None


def _length(headers: Headers, largest: int) -> int:
    """Return the size of a body in bytes from its header ``Content-Length``, or -1 if the header is not a number.

    A body without the header counts as ``largest``.
    """
    stated = headers.get("content-length")
    if stated is None:
        return largest
    if not stated.isascii() or not stated.isdigit() or len(stated) > 18:
        return -1
    return int(stated)


def _bounded(receive: Receive, largest: int) -> Receive:
    """Return ``receive`` with a limit on the bytes and on the time of the body."""
    received, deadline, complete = 0, time.monotonic() + MAX_SECONDS, False

    async def receive_bounded() -> Message:
        nonlocal received, complete
        if complete:
            return await receive()
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408) from None
        received += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if received > largest:
            raise HTTPException(413)  # FastAPI answers all other exceptions with status 400
        return message

    return receive_bounded


def _too_large() -> ApiProblem:
    return http_problem(413, f"The limit is {settings().upload_bytes / 1e6:g} MB. Send a smaller copy of the image.")
