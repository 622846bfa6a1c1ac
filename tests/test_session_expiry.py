"""The session of a visitor who has left ends on time, even if nobody else comes."""

from __future__ import annotations

import asyncio
import gc
import weakref
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from tests.browsing import run_session
from ui.server.session_expiry import end_expired_sessions


class Session:
    """The session of a visitor who has left."""

    id = "one"


async def look_for(seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(end_expired_sessions(period=0.01), seconds)


def test_an_expired_session_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    storage, nothing = MemorySessionStorage(ttl_seconds=60), SimpleNamespace()
    server: Any = SimpleNamespace(_session_mgr=WebsocketSessionManager(storage, *[nothing] * 3))  # type: ignore[arg-type]
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: server)
    session: Any = Session()
    left = weakref.ref(session)
    storage.save(SimpleNamespace(session=session))  # type: ignore[arg-type]
    del session

    run_session(look_for(0.1))
    gc.collect()
    assert left() is not None  # its visitor may come back
    storage._cache._timer = lambda: 1e9  # type: ignore[attr-defined]
    run_session(look_for(0.1))
    gc.collect()
    assert left() is None
