"""What the keeper hears: lines of JSON, counters, and a number for every bug; never what a visitor typed."""

from __future__ import annotations

import http.client
import json
import logging
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from benchmarks.visit import Visit, VisitError, serving
from devise_core.errors import ArtifactError, BusyError, UnknownWordError
from tests.test_fairuse import fresh  # noqa: F401
from tests.test_pages import CAT, app
from ui.server import event_log, metrics_routes

SECRET = "violin"


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "semblance")
    return caplog


def lines(heard: pytest.LogCaptureFixture, event: str = "") -> list[dict[str, Any]]:
    """The events as they are written."""
    written = [json.loads(event_log.JsonLines().format(record)) for record in heard.records if record.name == "semblance"]
    return [line for line in written if event in ("", line["event"])]


def test_a_line_for_each_event(heard: pytest.LogCaptureFixture) -> None:
    app("text_search", q=SECRET)
    [search], [page] = lines(heard, "search"), lines(heard, "page")
    assert search["terms"] == 1
    assert search["hits"] > 1
    assert (page["page"], page["end"], page["level"]) == ("text_search", "done", "info")
    assert page["ms"] >= search["ms"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", page["time"])


def test_no_words_unless_the_keeper_asked_for_them(
    heard: pytest.LogCaptureFixture,
    fresh: None,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for page in ("home", "text_search", "explorer"):
        app(page, q=SECRET)
        app(page, q=f"{SECRET}qwxz")
    assert len(lines(heard, "search")) == 3
    assert len(lines(heard, "refusal")) == 3
    assert SECRET not in json.dumps(lines(heard))
    from devise_core.settings import settings

    settings.cache_clear()
    monkeypatch.setenv("SEMBLANCE_LOG_QUERIES", "1")
    app("text_search", q=SECRET)
    assert lines(heard, "search")[-1]["query"] == SECRET


def test_refusals_name_their_guard_and_a_fault_of_ours_its_file(heard: pytest.LogCaptureFixture) -> None:
    event_log.refused(UnknownWordError({SECRET: []}))
    event_log.refused(BusyError("…", "rate"))
    event_log.refused(ArtifactError("words.txt is missing."))
    assert [(line["guard"], line.get("says"), line["level"]) for line in lines(heard)] == [
        ("unknownword", None, "info"),
        ("rate", None, "info"),
        ("artifact", "words.txt is missing.", "warning"),
    ]


def test_a_bug_has_a_number_and_a_place_and_not_its_text(heard: pytest.LogCaptureFixture) -> None:
    try:
        int(SECRET)
    except ValueError as error:
        number = event_log.failed(error)
    [line] = lines(heard)
    assert (line["number"], line["type"], line["level"]) == (number, "ValueError", "error")
    assert re.fullmatch(r"tests/test_keeper\.py:\d+ test_a_bug_has_a_number_and_a_place_and_not_its_text", line["where"][-1])
    assert SECRET not in json.dumps(line)


def test_counters_and_latencies(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setenv("SEMBLANCE_METRICS", "1")
    before = value("semblance_page_total", page="labels", end="done")
    event_log.tell("page", page="labels", end="done", ms=30.0)
    event_log.tell("encode", ms=20.0, pictures=1, queue_ms=400.0)
    assert value("semblance_page_total", page="labels", end="done") == before + 1
    assert value("semblance_page_seconds_bucket", le="0.05") == value("semblance_page_seconds_bucket", le="0.025") + 1
    assert value("semblance_queue_seconds_sum") == pytest.approx(0.4)
    assert value("semblance_queue_length") == 0
    assert 5e7 < (value("process_resident_memory_bytes") or 0) < 1e11


def value(name: str, **labels: str) -> float:
    return metrics_routes._instruments().registry.get_sample_value(name, labels) or 0.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The real app with metrics and room for a megabyte a visit: its address, and its log."""
    log = tmp_path_factory.mktemp("log") / "stderr"
    with log.open("w") as written, serving(log=written, SEMBLANCE_METRICS="1", SEMBLANCE_SESSION_BYTES="1000000") as (address, _):
        yield address, log


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


async def searched(address: str) -> None:
    async with Visit(address, "text_search") as visit:
        await visit.run(q=SECRET)
        assert "match well" in visit.text()


def run(visit: Any) -> Any:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as beside:  # the browser of other tests keeps a loop running in this thread
        return beside.submit(asyncio.run, visit).result()


def test_the_real_server_logs_and_counts(server: tuple[str, Path]) -> None:
    address, log = server
    run(searched(address))
    text = get(f"{address}/metrics")
    assert 'semblance_page_total{end="done",page="text_search"} 2.0' in text
    assert re.search(r"^semblance_search_seconds_count 1\.0$", text, re.MULTILINE)
    written = log.read_text()
    events = [json.loads(line)["event"] for line in written.splitlines() if line.startswith("{")]
    assert events[0] == "start"
    assert {"page", "search"} <= set(events)
    assert SECRET not in written


@pytest.mark.parametrize(
    "path",
    [
        "images/" + "a" * 5_000,
        "items.csv",
        "manifest.json",
        "images/../items.csv",
        "images/%2e%2e/items.csv",
        "images//etc/passwd",
        "images/..%5citems.csv",
        "images/%00.webp",
        "images/none.webp",
        "images/",
        "../photos/items.csv",
    ],
)
def test_a_picture_that_is_none_is_refused_and_is_no_bug(server: tuple[str, Path], path: str) -> None:
    address, log = server
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("GET", f"/pictures/stamps/{path}")
    answer = connection.getresponse()
    assert answer.status in (400, 404)
    assert b"label" not in answer.read()
    assert '"error"' not in log.read_text()


def held(address: str) -> int:
    """Bytes of the files that visitors have left with the server, as Streamlit counts them."""
    found = re.findall(
        r'^cache_memory_bytes\{cache_type="UploadedFileManager"[^}]*\} (\d+)', get(f"{address}/_stcore/metrics"), re.MULTILINE
    )
    return sum(map(int, found))


def test_a_visit_leaves_no_more_than_it_may(server: tuple[str, Path]) -> None:
    address, log = server

    async def visit() -> None:
        async with Visit(address, "labels") as visit:
            await visit.choose("Your picture", "Upload")
            place = await visit.place("a.jpg")
            base = place.upload_url.rsplit("/", 1)[0]
            for number in range(5):
                visit.put(f"{base}/{number}", "a.jpg", b"x" * 400_000)
            assert held(address) == 800_000
            waiting = [begun(address, f"{base}/slow-{number}", visit) for number in range(2)]
            with pytest.raises(requests.HTTPError, match="429"):
                visit.put(f"{base}/third", "a.jpg", b"x")
            for one in waiting:
                one.close()
            await visit.choose("Your picture", "Sample")

    run(visit())
    assert "Traceback" not in log.read_text()  # who hangs up in the midst of it is no bug
    assert '"error"' not in log.read_text()


def begun(address: str, path: str, visit: Visit) -> http.client.HTTPConnection:
    """An upload of which the head is sent, and no more."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.putrequest("PUT", path)
    with visit.browser() as browser:
        for name, said in (
            ("Content-Length", "1000"),
            ("Content-Type", "multipart/form-data; boundary=x"),
            ("Cookie", "_streamlit_xsrf=" + (browser.cookies.get("_streamlit_xsrf") or "")),
            ("X-Xsrftoken", str(browser.headers["X-Xsrftoken"])),
        ):
            connection.putheader(name, said)
    connection.endheaders()
    connection.send(b"--x\r\n")
    return connection


BUG = """
import streamlit as st
from ui import url_state
if address.text("q") == "bug":
    int("what somebody typed")
st.markdown("as it should be")
"""


def test_a_bug_shows_a_box_with_a_number_that_is_in_the_log(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(BUG)
    (tmp_path / "app.py").write_text(
        "import streamlit as st\nfrom ui.server import unexpected, warm\n"
        "app = st.App('page.py', on_script_error=unexpected.on_page, lifespan=warm.lifespan)\n"
    )

    async def visit(address: str) -> str:
        async with Visit(address, "page") as visit:
            assert "as it should be" in visit.text()
            await visit.run(q="bug")
            text = visit.text()
            await visit.run(q="")
            assert "as it should be" in visit.text()
            return text

    with (tmp_path / "log").open("w") as log, serving(tmp_path / "app.py", log) as (address, _):
        text = run(visit(address))
    found = re.search(r"Something went wrong here.*number: \*\*([0-9a-f]{8})\*\*", text, re.DOTALL)
    assert found, text
    written = (tmp_path / "log").read_text()
    [line] = [json.loads(line) for line in written.splitlines() if '"error"' in line]
    assert (line["number"], line["type"]) == (found[1], "ValueError")
    assert line["where"][-1].startswith("page.py:5")
    assert "somebody typed" not in written


BUGS = """
import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import StreamingResponse
from starlette.routing import Route, WebSocketRoute
from ui.server import error_handlers, model_queue


def at_once(_):
    int("what somebody typed")


async def later(_):
    async def half():
        yield b"half of "
        at_once(None)

    return StreamingResponse(half())


async def socket(_):
    at_once(None)


app = st.App('page.py', lifespan=warm.lifespan, middleware=[Middleware(unexpected.OnRoute)],
             routes=[Route("/at-once", at_once), Route("/later", later), WebSocketRoute("/socket", socket)])
"""


def test_a_bug_in_a_route_has_a_number_and_nothing_else_is_written(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text("")
    (tmp_path / "app.py").write_text(BUGS)
    with (tmp_path / "log").open("w") as log, serving(tmp_path / "app.py", log) as (address, _):
        answer = requests.get(f"{address}/at-once", timeout=30)
        with pytest.raises(requests.RequestException):
            requests.get(f"{address}/later", timeout=30)
        with pytest.raises(InvalidStatus, match="500"):
            connect(f"{address.replace('http', 'ws')}/socket").__enter__()
        assert requests.get(f"{address}/_stcore/health", timeout=30).ok
    written = (tmp_path / "log").read_text()
    found = [json.loads(line) for line in written.splitlines() if '"error"' in line]
    assert (answer.status_code, answer.text) == (500, f"Something went wrong here; error number {found[0]['number']}.")
    assert [(line["type"], line["where"][-1]) for line in found] == 3 * [("ValueError", "app.py:10 at_once")]
    assert "somebody typed" not in written
    assert "Traceback" not in written


def test_an_upload_over_the_real_socket_is_labelled(server: tuple[str, Path]) -> None:
    address, log = server

    async def visit() -> str:
        async with Visit(address, "labels") as visit:
            await visit.choose("Your picture", "Upload")
            with pytest.raises(VisitError, match="not a picture"):
                await visit.upload("A picture", "cat.jpg", b"no picture")
            await visit.upload("A picture", "cat.webp", CAT.read_bytes())
            return visit.text()

    assert "Most likely: cat" in run(visit())
    [encode] = [json.loads(line) for line in log.read_text().splitlines() if '"encode"' in line]
    assert encode["pictures"] == 1
    assert encode["queue_ms"] < 1000
