"""Receive the files of a visitor by HTTP, outside of Streamlit's messages.

A page creates a drop for its session, with a name that nobody can guess. The browser sends each file to the URL of the drop, and
the file's number in its next message to the page. Then the page takes the file. Files that no page takes are deleted when the
session ends. A file that is too large is refused before it arrives, and arriving bytes count against the limits.
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
"""How many files may wait in a drop. The browser sends 24 files before it asks the page to take them."""
MAX_SECONDS = 120.0
"""How many seconds one file may take to arrive."""
_STATE_KEY = "file_drop"


@dataclass(eq=False)
class FileDrop:
    """The files that one session has sent and no page has taken yet.

    Attributes:
        name: The last part of the drop's URL. Anyone who knows the name can send files.
        address: The IP address of the client that sent the last file.
        expected: The number of bytes of the files that are still arriving.
    """

    name: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    address: str = ""
    expected: int = 0
    _files: dict[str, bytes] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The URL of the drop, relative to the pages. The browser adds a slash and the number of the file."""
        return route_url("drop", self.name)

    @property
    def nbytes(self) -> int:
        """The number of bytes of all files, including the files that are still arriving."""
        return self.expected + sum(map(len, self._files.values()))

    @property
    def is_full(self) -> bool:
        """Whether ``MAX_FILES`` files wait, so that the drop accepts no more files."""
        return len(self._files) >= MAX_FILES

    def put(self, number: str, content: bytes) -> None:
        """Keep a file."""
        self._files[number] = content

    def take(self, number: str) -> bytes | None:
        """Return the file with this number and remove it from the drop. None if there is no such file."""
        return self._files.pop(number, None)


_DROPS: WeakValueDictionary[str, FileDrop] = WeakValueDictionary()
"""All drops by name. The session owns its drop, so a drop is deleted when its session ends."""


def session_drop() -> FileDrop:
    """Return the drop of this session."""
    drop: FileDrop = st.session_state.setdefault(_STATE_KEY, FileDrop())
    _DROPS[drop.name] = drop
    return drop


def refusal(drop: FileDrop, length: int, address: str, limits: Settings) -> tuple[str, int] | None:
    """Return why a file is refused, and the HTTP status. None if the file may be sent.

    Args:
        drop: The drop to which the file would be sent.
        length: The size of the file in bytes.
        address: The IP address of the client.
        limits: The settings that limit uploads.
    """
    if length <= 0:
        return "The file is empty.", 400
    if length > (most := max(limits.zip_bytes, limits.upload_bytes)):
        return f"The file is larger than {most / 1e6:g} MB.", 413
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
    """Read the body of the request, which the web server cuts off after ``length`` bytes."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > length:
            raise ClientDisconnect
    if len(content) < length:
        raise ClientDisconnect
    return bytes(content)


ROUTE = Route("/drop/{drop}/{number}", _receive, methods=["PUT"])
