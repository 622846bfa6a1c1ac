"""A message that is larger than any widget needs, or sets more widgets than a page has, closes its own connection only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from benchmarks.app_session import AppSession
from benchmarks.server import serving
from tests.browsing import run_session
from ui.server.message_guard import MAX_BYTES, MAX_WIDGETS, is_acceptable


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving() as (address, _):
        yield address


def message(widgets: int = 1, text: str = "") -> bytes:
    """Return a message that sets ``widgets`` widgets, the first one to ``text``."""
    made = BackMsg()
    for number in range(widgets):
        made.rerun_script.widget_states.widgets.add(id=f"w{number}")
    made.rerun_script.widget_states.widgets[0].string_value = text
    return bytes(made.SerializeToString())


def test_messages_are_measured() -> None:
    assert is_acceptable(message())
    assert is_acceptable(message(MAX_WIDGETS))
    assert not is_acceptable(message(MAX_WIDGETS + 1))
    assert not is_acceptable(message(text="x" * MAX_BYTES))
    assert not is_acceptable(bytes([0x0A, 0x00]) * 600_000)
    assert is_acceptable(b"\xff\xff")  # Streamlit refuses what it cannot parse


@pytest.mark.parametrize("data", [message(text="x" * MAX_BYTES), message(20_000)], ids=["large", "many widgets"])
def test_a_hostile_message_closes_its_connection_and_no_other(server: str, data: bytes) -> None:
    async def attack() -> tuple[int | None, str]:
        async with AppSession(server, "text_search") as visitor:
            async with connect(
                server.replace("http", "ws", 1) + "/_stcore/stream",
                max_size=None,
                subprotocols=[Subprotocol("streamlit")],
                origin=Origin(server),
            ) as attacker:
                await attacker.send(data)
                with pytest.raises(ConnectionClosed) as closed:
                    while True:
                        await attacker.recv()
            await visitor.run(q="violin")
            return closed.value.rcvd.code if closed.value.rcvd else None, visitor.text()

    code, text = run_session(attack())
    assert code == 1009
    assert "Text search" in text
