"""Refuse a message from the browser that is larger than any page needs, or that sets more widgets than any page has.

Streamlit spends time on every widget state in a message, even on an empty one. A message with 10 MB of widget states blocks the
server for minutes. So each message is checked before Streamlit gets it.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from devise_core.serving import event_log

MAX_BYTES = 1_000_000
"""The largest size of a message in bytes. Address, query and widgets take a few kilobytes, and files are sent separately."""
MAX_WIDGETS = 1_000
"""The largest number of widget states in a message. The largest page has about 150."""
_TOO_BIG = 1009  # the close code of a message that is too big (RFC 6455)


class MessageGuardMiddleware:
    """Close a WebSocket if its client sends a message that is too large or sets too many widgets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or serve one WebSocket."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        closed = False

        async def receive_small() -> Message:
            nonlocal closed
            message = await receive()
            if message["type"] != "websocket.receive" or is_acceptable(message.get("bytes") or b""):
                return message
            event_log.record("refusal", guard="message size")
            closed = True
            await send({"type": "websocket.close", "code": _TOO_BIG})
            return {"type": "websocket.disconnect", "code": _TOO_BIG}

        async def send_while_open(message: Message) -> None:
            if not closed:
                await send(message)

        await self._app(scope, receive_small, send_while_open)


def is_acceptable(data: bytes) -> bool:
    """Return whether a message is small enough for Streamlit. True if it cannot be parsed, because Streamlit then refuses it."""
    if len(data) > MAX_BYTES:
        return False
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except Exception:  # each implementation of protobuf raises its own errors
        return True
    return len(message.rerun_script.widget_states.widgets) <= MAX_WIDGETS
