"""Handle unexpected errors: show the visitor a number that is also in the log. Only this module handles every ``Exception``."""

from __future__ import annotations

import streamlit as st
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from devise_core.errors import DeviseError
from devise_core.serving import event_log
from ui.error_text import error_text


def handle_page_error(error: Exception) -> bool:
    """Show a box with an error number. Streamlit calls this function with any error that a page or a callback did not catch.

    A ``DeviseError`` is not a bug, so only its message is shown, for example that a file is damaged.

    Returns:
        True, which tells Streamlit that the error has been shown.
    """
    if isinstance(error, DeviseError):
        event_log.record_refusal(error)
        st.error(error_text(error), icon=":material/error:")
        return True
    number = event_log.record_bug(error)
    with st.container(border=True, key="unexpected"):
        st.header("Something went wrong", anchor=False)
        st.markdown(
            "This is a bug in the app, not a mistake in your input. The other pages still work. "
            f"If you report it, include this number: **{number}**"
        )
        st.button("Try again", icon=":material/refresh:", key="unexpected-again")
    return True


class RouteErrorMiddleware:
    """Answer a request with an error number if its route fails unexpectedly.

    Without this class, the server would log the text of the error, which may quote a visitor.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer_started = scope["type"] != "http"

        async def send_and_note(message: Message) -> None:
            nonlocal answer_started
            answer_started = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except ClientDisconnect:
            return  # the browser left during an upload
        except Exception as error:
            if scope["type"] == "lifespan":  # a server that cannot start must report it
                raise
            number = event_log.record_bug(error)
            if not answer_started:
                await PlainTextResponse(f"Something went wrong. Error number {number}.", 500)(scope, receive, send)
