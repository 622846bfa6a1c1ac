"""What nobody foresaw: a box with a number that is found in the log. The one place that gets every ``Exception`` of a page."""

from __future__ import annotations

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ui import keeper


def on_page(error: Exception) -> bool:
    """Streamlit calls this with what a page or a callback let through, its own control flow excepted; True: the box is shown."""
    number = keeper.failed(error)
    with st.container(border=True, key="unexpected"):
        st.subheader("Something went wrong here", anchor=False)
        st.markdown("This is a fault of ours, not of what you asked; the other pages go on "
                    f"working. If you tell us of it, give its number: **{number}**")
        st.button("Try again", icon=":material/refresh:", key="unexpected-again")
    return True


def on_route(_: Request, error: Exception) -> Response:
    """The same for a file or a list that the browser asked for."""
    return PlainTextResponse(f"Something went wrong here; error number {keeper.failed(error)}.", 500)
