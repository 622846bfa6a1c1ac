"""Receive the files of a visitor by HTTP, outside of Streamlit's messages. Limit them before they arrive and count them as they do.

A page gives its session a drop, whose name nobody can guess. The browser sends each file there, and names it in its next message.
Then the page takes it. What no page takes is deleted with the session.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import streamlit as st
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from devise_core.serving import arriving_bytes, event_log
from devise_core.serving.refused_upload import RefusedUpload
from devise_core.settings import settings
from ui.own_routes import route_url

if TYPE_CHECKING:  # the server imports this module as it starts, and reads the settings later
    from devise_core.settings import Settings

MAX_FILES = 64
"""How many files may wait in a drop. The browser sends 24 before it asks the page to take them."""
MAX_SECONDS = 120.0
"""How long one file may take."""
_STATE_KEY = "file_drop"


@dataclass(eq=False)
class FileDrop:
    """The files that one session has sent and no page has taken yet.

    Attributes:
        name: The last part of its address. Anyone who knows it may send files.
        address: The address of the client that sent the last file.
        expected: The bytes of the files that are on their way.
    """

    name: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    address: str = ""
    expected: int = 0
    _files: dict[str, bytes] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its address, relative to the pages. The browser adds a slash and the number of the file."""
        return route_url("drop", self.name)

    @property
    def nbytes(self) -> int:
        """The bytes of all files, including those on their way."""
        return self.expected + sum(map(len, self._files.values()))

    @property
    def is_full(self) -> bool:
        """Whether so many files wait that no more is accepted."""
        return len(self._files) >= MAX_FILES

    def put(self, number: str, content: bytes) -> None:
        """Keep a file."""
        self._files[number] = content

    def take(self, number: str) -> bytes | None:
        """Return the file with this number and forget it. None if there is none."""
        return self._files.pop(number, None)


_DROPS: WeakValueDictionary[str, FileDrop] = WeakValueDictionary()
"""All drops by name. The session owns its drop, so a drop is deleted when its session ends."""


def session_drop() -> FileDrop:
    """Return the drop of this session."""
    drop: FileDrop = st.session_state.setdefault(_STATE_KEY, FileDrop())
    _DROPS[drop.name] = drop
    return drop


def refusal(drop: FileDrop, length: int, address: str, limits: Settings) -> tuple[str, int] | None:
    """Return why a file may not be sent, and the HTTP status; None if it may.

    Args:
        drop: Where it would go.
        length: Its size in bytes.
        address: The address of the client.
        limits: The settings.
    """
    if not 0 < length <= max(limits.zip_bytes, limits.upload_bytes):
        return "The file is too large or empty.", 413
    if drop.is_full or drop.nbytes + length > limits.session_bytes:
        return "Too many files at a time. Wait until the page has read them.", 429
    return arriving_bytes.refusal(length, address, limits.all_uploads_bytes)


def _arriving() -> list[tuple[str, int]]:
    return [(drop.address, drop.nbytes) for drop in list(_DROPS.values())]


arriving_bytes.count_from(_arriving)


async def _receive(request: Request) -> Response:
    drop = _DROPS.get(request.path_params["drop"])
    if drop is None:
        return RefusedUpload("The session has ended. Reload the page.", 404)
    try:
        length = int(request.headers["Content-Length"])
    except (KeyError, ValueError):
        return RefusedUpload("The length of the file is missing.", 411)
    address = request.client.host if request.client else ""
    if reason := refusal(drop, length, address, settings()):
        event_log.record("refusal", guard="file drop")
        return RefusedUpload(*reason)
    drop.expected += length
    drop.address = address
    try:
        async with asyncio.timeout(MAX_SECONDS):
            drop.put(request.path_params["number"], await _content(request, length))
    except TimeoutError:
        return RefusedUpload("The file took too long to arrive. Try a smaller one.", 408)
    except ClientDisconnect:
        return RefusedUpload("The browser closed the connection.", 400)
    finally:
        drop.expected -= length
    return Response(status_code=204)


async def _content(request: Request, length: int) -> bytes:
    """Read the body, which the web server cuts at the stated length."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > length:
            raise ClientDisconnect
    if len(content) < length:
        raise ClientDisconnect
    return bytes(content)


ROUTE = Route("/drop/{drop}/{number}", _receive, methods=["PUT"])
