"""Files are uploaded by HTTP into the drop of a session. The limits are checked before the first byte of a file is read."""

from __future__ import annotations

import asyncio
import gc
import http.client
import select
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
import requests
from starlette.types import Receive, Scope, Send

from benchmarks.app_session import AppSession
from benchmarks.server import serving
from devise_core.settings import Settings
from tests.app_testing import CAT
from tests.browsing import run_session, wait_until
from ui.server import file_drop
from ui.server.file_drop import MAX_FILES, FileDrop, refusal
from ui.server.upload_quota import UploadQuotaMiddleware

LIMITS = Settings.model_construct(
    **(Settings().model_dump() | {"upload_bytes": 50, "zip_bytes": 100, "session_bytes": 150, "all_uploads_bytes": 200})
)


LARGE = 30_000_000


@pytest.fixture
def drops(monkeypatch: pytest.MonkeyPatch) -> list[FileDrop]:
    """Three drops, the only ones there are."""
    made = [FileDrop() for _ in range(3)]
    monkeypatch.setattr(file_drop, "_DROPS", {drop.name: drop for drop in made})
    return made


def status(drop: FileDrop, length: int, address: str = "a") -> int:
    refused = refusal(drop, length, address, LIMITS)
    return refused[1] if refused else 204


def test_one_file_and_one_session_are_limited(drops: list[FileDrop]) -> None:
    drop = drops[0]
    assert [status(drop, length) for length in (-1, 0, 1, 100, 101)] == [400, 400, 204, 204, 413]
    assert [refusal(drop, length, "a", LIMITS) for length in (0, 101)] == [
        ("The file is empty.", 400),
        ("The file is larger than 0.0001 MB.", 413),
    ]
    drop.put("1", bytes(90))
    assert (status(drop, 60), status(drop, 61)) == (204, 429)
    drop.expected = 60
    assert status(drop, 1) == 429
    assert drop.take("1") == bytes(90)
    assert drop.take("1") is None
    drop.expected = 0
    for number in range(MAX_FILES):
        drop.put(str(number), b"x")
    assert status(drop, 1) == 429


def test_one_address_has_at_most_half_of_the_total(drops: list[FileDrop]) -> None:
    one, two, three = drops
    one.put("1", bytes(90))
    one.address = two.address = "a"
    assert (status(two, 10, "a"), status(two, 11, "a"), status(three, 100, "b")) == (204, 429, 204)
    three.put("1", bytes(95))
    three.address = "b"
    assert status(two, 16, "c") == 503


def test_the_uploads_of_streamlit_count_too(drops: list[FileDrop]) -> None:
    quota = UploadQuotaMiddleware(no_app)
    quota._expected["a"] += 95
    assert (status(drops[0], 5, "a"), status(drops[0], 6, "a"), status(drops[0], 100, "b")) == (204, 429, 204)
    drops[0].put("1", bytes(90))
    drops[0].address = "b"
    assert (status(drops[1], 15, "c"), status(drops[1], 16, "c")) == (204, 503)
    quota._expected.clear()


async def no_app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer nothing."""


def test_a_drop_is_deleted_with_its_session() -> None:
    drop = FileDrop()
    file_drop._DROPS[drop.name] = drop
    name = drop.name
    assert name in file_drop._DROPS
    del drop
    gc.collect()
    assert name not in file_drop._DROPS


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving(SEMBLANCE_SESSION_BYTES="1000000", SEMBLANCE_ALL_UPLOADS_BYTES="50000000") as (address, _):
        yield address


def put(address: str, drop: str, content: bytes) -> int:
    return requests.put(f"{address}/{drop}/1", data=content, timeout=60).status_code


def test_the_server_receives_files_for_sessions_that_it_knows(server: str) -> None:
    async def session() -> tuple[int, ...]:
        async with AppSession(server, "photos") as visitor:
            drop = str(visitor.components("dropzone")[0][5])
            first = put(server, drop, CAT.read_bytes())
            return first, put(server, drop, bytes(999_999)), put(server, drop, b"")

    assert run_session(session()) == (204, 429, 400)
    assert put(server, "drop/nobodys", b"x") == 404


def test_who_sends_too_much_reads_why_while_still_sending(server: str) -> None:
    """A proxy keeps sending while the answer is on its way. If the connection were reset, the answer would be lost."""

    async def session() -> None:
        async with AppSession(server, "photos") as visitor:
            await asyncio.to_thread(send_on, f"/{visitor.components('dropzone')[0][5]}/1")
            await asyncio.to_thread(send_on, "/_stcore/upload_file/nobody/1")

    def send_on(path: str) -> None:
        with closing(http.client.HTTPConnection(urlsplit(server).netloc, timeout=60)) as connection:
            connection.putrequest("PUT", path)
            connection.putheader("Content-Length", str(LARGE))
            connection.endheaders()
            connection.send(bytes(LARGE // 2))
            wait_until(lambda: bool(select.select([connection.sock], [], [], 0)[0]))  # the answer has arrived
            connection.send(bytes(LARGE - LARGE // 2))
            answer = connection.getresponse()
            assert (answer.status, b"oo many files" in answer.read()) == (429, True)

    run_session(session())


def test_a_file_without_a_length_is_refused(server: str) -> None:
    async def session() -> int:
        async with AppSession(server, "photos") as visitor:
            connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=60)
            connection.request("PUT", f"/{visitor.components('dropzone')[0][5]}/1", iter([b"x"]), encode_chunked=True)
            return connection.getresponse().status

    assert run_session(session()) == 411
