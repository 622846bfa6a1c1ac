"""What nobody foresaw: a number that is found in the log. The one place that gets every ``Exception``, of a page and of a route."""

from __future__ import annotations

import streamlit as st
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server import event_log


def on_page(error: Exception) -> bool:
    """Streamlit calls this with what a page or a callback let through, its own control flow excepted; True: the box is shown."""
    number = event_log.failed(error)
    with st.container(border=True, key="unexpected"):
        st.header("Something went wrong here", anchor=False)
        st.markdown(
            "This is a fault of ours, not of what you asked; the other pages go on "
            f"working. If you tell us of it, give its number: **{number}**"
        )
        st.button("Try again", icon=":material/refresh:", key="unexpected-again")
    return True


class OnRoute:
    """The same for all else that a browser asks for. The server beneath would print an error's text, which may quote a visitor."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = scope["type"] != "http"

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            return  # whoever asked has left in the midst of an upload
        except Exception as error:
            if scope["type"] == "lifespan":  # a server that cannot start is to say so
                raise
            number = event_log.failed(error)
            if not begun:
                await PlainTextResponse(f"Something went wrong here; error number {number}.", 500)(scope, receive, send)
