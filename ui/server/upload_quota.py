"""Limit how much a session may upload. Streamlit limits the size of each file, but not how many files there are."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import TYPE_CHECKING

from starlette.formparsers import MultiPartParser
from starlette.types import ASGIApp, Receive, Scope, Send

from devise_core.serving import arriving_bytes, event_log
from devise_core.serving.refused_upload import RefusedUpload
from devise_core.settings import settings

if TYPE_CHECKING:
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

MAX_CONCURRENT = 2
"""How many uploads of one session may run at a time."""
MAX_SECONDS = 120.0
"""How many seconds one upload may take."""
_UPLOAD_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")


class UploadQuotaMiddleware:
    """Refuse a session's third concurrent upload, and an upload for which the server has no room, before any byte is read.

    After an upload, the oldest files are deleted until the limits hold (``delete_oldest``). A page reads a picture as soon as it
    arrives and keeps a small copy, so older files are not needed again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._running, self._expected = app, Counter[str](), Counter[str]()
        arriving_bytes.count_from(lambda: list(self._expected.items()))
        MultiPartParser.spool_max_size = 2**31  # Starlette would write anything over a megabyte to disk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse an upload."""
        upload = _UPLOAD_PATH.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if upload is None:
            await self._app(scope, receive, send)
            return
        session, length, address = upload[1], _length(scope), (scope["client"] or ("",))[0]
        if reason := self._refusal(session, length, address):
            event_log.record("refusal", guard="uploads at a time")
            await RefusedUpload(*reason)(scope, receive, send)
            return
        self._running[session] += 1
        self._expected[address] += length
        try:
            async with asyncio.timeout(MAX_SECONDS):
                await self._app(scope, receive, send)
            delete_oldest(session, settings().session_bytes, settings().all_uploads_bytes)
        except TimeoutError:
            event_log.record("refusal", guard="upload time")  # the connection is closed without an answer
        finally:
            self._expected[address] -= length
            self._running[session] -= 1
            self._running, self._expected = +self._running, +self._expected  # removes entries that are zero

    def _refusal(self, session: str, length: int, address: str) -> tuple[str, int] | None:
        """Return why an upload is refused, and the HTTP status. None if the upload may start."""
        if self._running[session] >= MAX_CONCURRENT:
            return "Too many uploads at a time. Send the files one after the other.", 429
        return arriving_bytes.refusal(length, address, settings().all_uploads_bytes)


def _length(scope: Scope) -> int:
    """Return the size in bytes that an upload announces, or the largest allowed size if the upload announces none."""
    headers = dict(scope["headers"])
    try:
        return max(0, int(headers[b"content-length"]))
    except (KeyError, ValueError):
        return settings().zip_bytes


def delete_oldest(session: str, session_limit: int, total_limit: int) -> None:
    """Delete uploaded files until both limits hold. The newest file of ``session`` is kept.

    Each session loses its oldest files first. If the total limit is exceeded, the session with the most bytes loses a file first.

    Args:
        session: The session that has just uploaded a file.
        session_limit: The most bytes that the files of ``session`` may take.
        total_limit: The most bytes that the files of all sessions may take.
    """
    manager = _file_manager()
    older = {name: list(files.values()) for name, files in list(manager.file_storage.items())}
    newest = older.get(session, [])[-1:]
    older[session] = older.get(session, [])[:-1]

    def size(*sessions: str) -> int:
        return sum(len(file.data) for name in sessions for file in older[name]) + sum(len(file.data) for file in newest)

    def delete(name: str) -> None:
        manager.remove_file(name, older[name].pop(0).file_id)

    while older[session] and size(session) > session_limit:
        delete(session)
    while any(older.values()) and size(*older) > total_limit:
        delete(max(older, key=size))


def _file_manager() -> MemoryUploadedFileManager:
    from streamlit import runtime

    manager: MemoryUploadedFileManager = runtime.get_instance().uploaded_file_mgr  # type: ignore[assignment]
    return manager
