"""A bug in a page or a route is shown as a number that is also in the log, without what a visitor typed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from benchmarks.app_session import AppSession, AppSessionError
from benchmarks.server import serving
from tests.browsing import run_session

PAGE = """
import streamlit as st
from devise_core.errors import ArtifactError, DeviseError
from ui import url_state

@st.dialog("Picture")
def dialog():
    raise ArtifactError("forest.ann is damaged. Make it again.")

if url_state.read_text("q") == "dialog":
    dialog()
if url_state.read_text("q") == "refused":
    raise DeviseError("The folder has gone. Choose another one.")
if url_state.read_text("q") == "bug":
    int("what somebody typed")
st.markdown("the page is fine")
"""
PAGE_APP = """
import streamlit as st
from ui.server import error_handlers, preload

app = st.App("page.py", on_script_error=error_handlers.handle_page_error, lifespan=preload.lifespan(lambda: None))
"""


def test_a_bug_in_a_page_shows_its_number(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(PAGE)
    (tmp_path / "app.py").write_text(PAGE_APP)

    async def session(address: str) -> str:
        async with AppSession(address, "page") as session:
            assert "the page is fine" in session.text()
            await session.run(q="bug")
            text = session.text()
            await session.run(q="")
            assert "the page is fine" in session.text()
            return text

    with (tmp_path / "log").open("w") as log, serving(tmp_path / "app.py", log) as (address, _):
        text = run_session(session(address))
    number = re.search(r"Something went wrong.*number: \*\*([0-9a-f]{8})\*\*", text, re.DOTALL)
    assert number, text
    written = (tmp_path / "log").read_text()
    [line] = [json.loads(line) for line in written.splitlines() if '"error"' in line]
    assert (line["number"], line["type"]) == (number[1], "ValueError")
    assert line["where"][-1].startswith("page.py:15")
    assert "somebody typed" not in written


def test_a_refusal_outside_of_a_page_says_what_is_wrong(tmp_path: Path) -> None:
    """Dialogs and callbacks run outside of the block that shows the errors of a page."""
    (tmp_path / "page.py").write_text(PAGE)
    (tmp_path / "app.py").write_text(PAGE_APP)

    async def shown(address: str) -> list[str]:
        async with AppSession(address, "page") as session:
            texts = []
            for query in ("dialog", "refused"):
                with pytest.raises(AppSessionError):
                    await session.run(q=query)
                texts.append(session.text())
            await session.run(q="")
            assert session.text() == "the page is fine"
            return texts

    with (tmp_path / "log").open("w") as log, serving(tmp_path / "app.py", log) as (address, _):
        in_dialog, in_page = run_session(shown(address))
    assert "forest.ann is damaged. Make it again." in in_dialog.replace("\\", "")
    assert in_page.replace("\\", "") == "The folder has gone. Choose another one."
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line["guard"] for line in lines if line["event"] == "refusal"] == ["artifact", "devise"]
    assert not [line for line in lines if line["level"] == "error"]


ROUTES_APP = """
import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import StreamingResponse
from starlette.routing import Route, WebSocketRoute
from ui.server import error_handlers, preload


def at_once(_):
    int("what somebody typed")


async def later(_):
    async def half():
        yield b"half of "
        at_once(None)

    return StreamingResponse(half())


async def socket(_):
    at_once(None)


app = st.App("page.py", lifespan=preload.lifespan(lambda: None), middleware=[Middleware(error_handlers.RouteErrorMiddleware)],
             routes=[Route("/at-once", at_once), Route("/later", later), WebSocketRoute("/socket", socket)])
"""


def test_a_bug_in_a_route_answers_with_its_number(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text("")
    (tmp_path / "app.py").write_text(ROUTES_APP)
    with (tmp_path / "log").open("w") as log, serving(tmp_path / "app.py", log) as (address, _):
        answer = requests.get(f"{address}/at-once", timeout=30)
        with pytest.raises(requests.RequestException):
            requests.get(f"{address}/later", timeout=30)
        with pytest.raises(InvalidStatus, match="500"):
            connect(f"{address.replace('http', 'ws')}/socket").__enter__()
        assert requests.get(f"{address}/_stcore/health", timeout=30).ok
    written = (tmp_path / "log").read_text()
    lines = [json.loads(line) for line in written.splitlines() if '"error"' in line]
    assert (answer.status_code, answer.text) == (500, f"Something went wrong. Error number {lines[0]['number']}.")
    assert [(line["type"], line["where"][-1]) for line in lines] == 3 * [("ValueError", "app.py:10 at_once")]
    assert "somebody typed" not in written
    assert "Traceback" not in written
