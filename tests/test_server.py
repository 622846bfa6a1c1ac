"""The real server over a real socket: its log, its metrics, its picture routes and its upload limits."""

from __future__ import annotations

import http.client
import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from benchmarks.app_session import AppSession, AppSessionError
from benchmarks.server import serving
from tests.app_testing import CAT
from tests.browsing import run_session

SECRET = "guitar"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The app with metrics and a megabyte of uploads per session: its address, and its log."""
    log = tmp_path_factory.mktemp("log") / "stderr"
    with log.open("w") as written, serving(log=written, SEMBLANCE_METRICS="1", SEMBLANCE_SESSION_BYTES="1000000") as (address, _):
        yield address, log


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


async def search(address: str) -> None:
    async with AppSession(address, "text_search") as session:
        await session.run(q=SECRET)
        assert "match well" in session.text()


def test_searches_are_logged_and_counted(server: tuple[str, Path]) -> None:
    address, log = server
    run_session(search(address))
    metrics = get(f"{address}/metrics")
    assert 'semblance_page_total{end="done",page="text_search"} 2.0' in metrics
    assert re.search(r"^semblance_search_seconds_count 1\.0$", metrics, re.MULTILINE)
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
def test_a_path_to_no_picture_is_refused_without_a_bug(server: tuple[str, Path], path: str) -> None:
    address, log = server
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("GET", f"/pictures/stamps/{path}")
    answer = connection.getresponse()
    assert answer.status in (400, 404)
    assert b"label" not in answer.read()
    assert '"error"' not in log.read_text()


def uploaded_bytes(address: str) -> int:
    """Return how many bytes of uploads the server keeps, as Streamlit counts them."""
    pattern = r'^cache_memory_bytes\{cache_type="UploadedFileManager"[^}]*\} (\d+)'
    return sum(map(int, re.findall(pattern, get(f"{address}/_stcore/metrics"), re.MULTILINE)))


def test_a_session_cannot_exceed_its_upload_limits(server: tuple[str, Path]) -> None:
    address, log = server

    async def session() -> None:
        async with AppSession(address, "labels") as session:
            await session.choose("Choose a picture", "Upload")
            place = await session.upload_target("a.jpg")
            base = place.upload_url.rsplit("/", 1)[0]
            for number in range(5):
                session.put(f"{base}/{number}", "a.jpg", b"x" * 400_000)
            assert uploaded_bytes(address) == 800_000
            unfinished = [start_upload(address, f"{base}/slow-{number}") for number in range(2)]
            with pytest.raises(requests.HTTPError, match="429"):
                session.put(f"{base}/third", "a.jpg", b"x")
            for connection in unfinished:
                connection.close()
            await session.choose("Choose a picture", "Sample")

    run_session(session())
    assert "Traceback" not in log.read_text()  # a closed connection is no bug
    assert '"error"' not in log.read_text()


def start_upload(address: str, path: str) -> http.client.HTTPConnection:
    """Send the beginning of an upload and leave it open."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.putrequest("PUT", path)
    connection.putheader("Content-Length", "1000")
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.endheaders()
    connection.send(b"--x\r\n")
    return connection


def test_an_uploaded_picture_is_labelled(server: tuple[str, Path]) -> None:
    address, log = server

    async def session() -> str:
        async with AppSession(address, "labels") as session:
            await session.choose("Choose a picture", "Upload")
            with pytest.raises(AppSessionError, match="not an image"):
                await session.upload("A picture", "cat.jpg", b"no picture")
            await session.upload("A picture", "cat.webp", CAT.read_bytes())
            return session.text()

    assert "Best name: cat" in run_session(session())
    [encode] = [json.loads(line) for line in log.read_text().splitlines() if '"encode"' in line]
    assert encode["pictures"] == 1
    assert encode["queue_ms"] < 1000
