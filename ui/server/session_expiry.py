"""End the sessions of visitors who have left, so that their uploads are deleted on time."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from streamlit import runtime

PERIOD = 10.0
"""Seconds between two checks."""


async def end_expired_sessions(period: float = PERIOD) -> None:
    """Regularly end the sessions whose browser left more than ``server.disconnectedSessionTTL`` seconds ago.

    Streamlit itself checks this time only when another browser leaves. Without this task, the uploads of the last visitor of a day
    would stay in memory until then. The task runs until it is cancelled.

    Args:
        period: Seconds between two checks.
    """
    while True:
        await asyncio.sleep(period)
        if runtime.exists():
            _expire(runtime.get_instance())


def _expire(server: runtime.Runtime) -> None:
    """Remove the expired sessions, if this version of Streamlit has the private attributes. There is no public function for it."""
    with suppress(AttributeError):
        server._session_mgr._session_storage._cache.expire()  # type: ignore[attr-defined]
