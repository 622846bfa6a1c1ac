"""What a visit may leave at Streamlit's own address for uploads, which bounds each file but not how many there are."""

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

AT_A_TIME = 2
"""Uploads of one visit that may be under way."""
_ADDRESS = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")


class UploadBound:
    """Refuses a visit's third upload at a time, and forgets the oldest files: of a visit that holds too much, or of them all.

    A page reads a picture as it comes and keeps a small copy, so that an older file is asked for by nobody.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._under_way = app, Counter[str]()
        MultiPartParser.spool_max_size = 2**31  # Starlette would write what is over a megabyte to disk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _ADDRESS.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        session = found[1]
        if self._under_way[session] >= AT_A_TIME:
            event_log.tell("refusal", guard="uploads at a time")
            await PlainTextResponse("Too many files at a time: send them one after the other.", 429)(scope, receive, send)
            return
        self._under_way[session] += 1
        try:
            await self._app(scope, receive, send)
            forget_oldest(session, settings().session_bytes, settings().all_uploads_bytes)
        finally:
            self._under_way[session] -= 1
            self._under_way += Counter()  # those at zero go


def forget_oldest(session: str, most: int, together: int) -> None:
    """Until the files of ``session`` are ``most`` bytes or less, and those of all visits ``together``; its newest stays.

    Of all visits the one that holds most loses its oldest first.
    """
    files = _files()
    older = {one: list(kept.values()) for one, kept in list(files.file_storage.items())}
    newest = older.get(session, [])[-1:]
    older[session] = older.get(session, [])[:-1]

    def size(*visits: str) -> int:
        return sum(len(file.data) for visit in visits for file in older[visit]) + sum(len(file.data) for file in newest)

    def forget(visit: str) -> None:
        files.remove_file(visit, older[visit].pop(0).file_id)

    while older[session] and size(session) > most:
        forget(session)
    while any(older.values()) and size(*older) > together:
        forget(max(older, key=size))


def _files() -> MemoryUploadedFileManager:
    from streamlit import runtime

    found: MemoryUploadedFileManager = runtime.get_instance().uploaded_file_mgr  # type: ignore[assignment]
    return found
