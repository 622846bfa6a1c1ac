"""Limit how much a session may upload. Streamlit limits the size of each file, but not how many files there are."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from starlette.formparsers import MultiPartParser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from devise_core.settings import settings
from ui.server import event_log

if TYPE_CHECKING:
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

MAX_CONCURRENT = 2
"""How many uploads of one session may run at a time."""
_UPLOAD_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")


class UploadQuotaMiddleware:
    """Refuse a session's third concurrent upload, and delete the oldest files of sessions that hold too much.

    A page reads a picture when it arrives and keeps a small copy, so an older file is not needed again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._running = app, Counter[str]()
        MultiPartParser.spool_max_size = 2**31  # Starlette would write anything over a megabyte to disk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse an upload."""
        upload = _UPLOAD_PATH.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if upload is None:
            await self._app(scope, receive, send)
            return
        session = upload[1]
        if self._running[session] >= MAX_CONCURRENT:
            event_log.record("refusal", guard="uploads at a time")
            await PlainTextResponse("Too many uploads at a time. Send the files one after the other.", 429)(scope, receive, send)
            return
        self._running[session] += 1
        try:
            await self._app(scope, receive, send)
            delete_oldest(session, settings().session_bytes, settings().all_uploads_bytes)
        finally:
            self._running[session] -= 1
            self._running += Counter()  # drops the sessions at zero


def delete_oldest(session: str, session_limit: int, total_limit: int) -> None:
    """Delete uploaded files until the limits hold. The newest file of ``session`` is kept.

    Over the total limit, the session that holds the most loses its oldest file first.

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
