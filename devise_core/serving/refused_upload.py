"""Refuse an upload so that its sender can read why."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

MAX_SECONDS = 30.0
"""How many seconds the rest of a refused upload is read. nginx reads on for the same time by default (``lingering_time``)."""
IDLE_SECONDS = 1.0
"""If no new bytes arrive for this many seconds, the upload counts as ended. nginx stops sending as soon as it has the answer."""


class RefusedUpload(Response):
    """A refusal that is sent at once, even if the upload is still arriving.

    If a server closes a connection with unread bytes, the connection is reset. A proxy or browser that is still sending then loses
    the answer. So the rest of the upload is read and dropped before the connection is closed.

    Args:
        reason: Why the upload is refused, and what to do.
        status: The HTTP status.
        headers: Additional headers.
        media_type: The media type of the reason.
    """

    def __init__(
        self, reason: str | bytes, status: int, headers: Mapping[str, str] | None = None, media_type: str = "text/plain"
    ) -> None:
        super().__init__(reason, status, headers, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the answer, read and drop the rest of the upload, and end the response."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(MAX_SECONDS):
                while await _more_arrives(receive):
                    pass
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _more_arrives(receive: Receive) -> bool:
    """Read and drop one piece of the upload, and return whether another piece follows."""
    async with asyncio.timeout(IDLE_SECONDS):
        return bool((await receive()).get("more_body"))
