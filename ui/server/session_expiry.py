"""End the sessions of visitors who have left, so that their uploads are deleted on time."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from streamlit import runtime

PERIOD = 10.0
"""Seconds between two checks."""


async def end_expired_sessions(period: float = PERIOD) -> None:
    """Regularly end the sessions whose ``server.disconnectedSessionTTL`` is over, until this task is cancelled.

    Streamlit notices that the time is over only when another browser leaves. Without this, what the last visitor of a day has
    uploaded would stay in memory until then.

    Args:
        period: Seconds between two checks.
    """
    while True:
        await asyncio.sleep(period)
        if runtime.exists():
            _expire(runtime.get_instance())


def _expire(server: runtime.Runtime) -> None:
    """Remove the expired sessions. No public function does so, and another version of Streamlit may do it another way."""
    with suppress(AttributeError):
        server._session_mgr._session_storage._cache.expire()  # type: ignore[attr-defined]
