"""The app behind a real nginx with the shipped configuration."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, expect

from benchmarks.app_session import AppSession
from tests.api_server import PROBLEM
from tests.browsing import run_session
from tests.proxy import prefix_configuration, proxied, shipped_configuration
from tests.walkthrough import large_picture, loading, use_everything

pytestmark = pytest.mark.browser  # these tests need programs that are installed with the system
SOCKETS = 30


@pytest.fixture(scope="module")
def proxy(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a proxy in front of the app."""
    with proxied(shipped_configuration(), urlsplit(address).netloc, tmp_path_factory.mktemp("nginx")) as url:
        yield url


def test_a_whole_session_behind_the_proxy(browser: Browser, proxy: str, tmp_path: Path) -> None:
    with loading(browser) as (page, _):
        use_everything(page, proxy, large_picture(tmp_path))


def test_a_whole_session_below_a_path_that_the_proxy_removes(browser: Browser, proxy: str, tmp_path: Path) -> None:
    with proxied(prefix_configuration(), urlsplit(proxy).netloc, tmp_path) as url, loading(browser) as (page, _):
        use_everything(page, f"{url}/demo")
        page.goto(f"{url}/demo?q=violin")
        expect(page).to_have_url(f"{url}/demo/?q=violin")
        page.goto(f"{url}/demo/labels/?item=cat")
        expect(page).to_have_url(f"{url}/demo/labels?item=cat")
        html = requests.get(f"{url}/demo/labels?item=cat", timeout=60).text
        assert f'property="og:url" content="{url}/demo/labels?item=cat"' in html


def test_sockets_of_an_address_do_not_block_its_other_requests(proxy: str) -> None:
    async def sessions() -> list[int]:
        async with AsyncExitStack() as opened:
            visitors = [await opened.enter_async_context(AppSession(proxy, "photos")) for _ in range(SOCKETS)]
            return await asyncio.to_thread(statuses, proxy, visitors[-1])

    assert set(run_session(sessions())) == {200, 204}


def statuses(url: str, visitor: AppSession) -> list[int]:
    """Request pages, pictures, suggestions and files as many visitors at one address do. Return the status of each answer."""
    drop = visitor.components("dropzone")[0][5]
    with requests.Session() as client:
        paths = ["", "labels", "explorer", "suggest?q=ca", "_stcore/health"] * 30 + ["pictures/stamps/images/violin.webp"] * 300
        answers = [client.get(f"{url}/{path}", timeout=60).status_code for path in paths]
        return answers + [client.put(f"{url}/{drop}/{number}", data=b"x" * 1000, timeout=60).status_code for number in range(50)]


def test_a_slow_upload_passes_the_proxy_as_it_arrives(proxy: str) -> None:
    async def session() -> None:
        async with AppSession(proxy, "photos") as visitor:
            await asyncio.to_thread(upload_slowly, visitor.components("dropzone")[0][5])

    def upload_slowly(drop: str) -> None:
        with closing(http.client.HTTPConnection(urlsplit(proxy).netloc, timeout=60)) as connection:
            connection.putrequest("PUT", f"/{drop}/slow")
            connection.putheader("Content-Length", str(48_000_000))
            connection.endheaders()
            connection.send(bytes(24_000_000))
            # the app counts the slow upload as it arrives
            assert requests.put(f"{proxy}/{drop}/other", data=bytes(40_000_000), timeout=60).status_code == 429
            connection.send(bytes(24_000_000))
            assert connection.getresponse().status == 204

    run_session(session())


def test_what_is_too_large_or_hidden_is_refused_in_a_sentence(proxy: str) -> None:
    large = requests.put(f"{proxy}/drop/x/1", data=bytes(60_000_000), timeout=60)
    assert (large.status_code, large.text) == (413, "The file is too large.\n")
    assert requests.post(f"{proxy}/labels", data=bytes(20_000), timeout=60).status_code == 413
    assert {requests.get(f"{proxy}/{path}", timeout=60).status_code for path in ("metrics", "metrics/", "_stcore/metrics")} == {404}


def test_errors_of_the_proxy_below_the_api_are_problems(proxy: str) -> None:
    large = requests.post(f"{proxy}/api/v1/label", data=bytes(60_000_000), timeout=60)
    assert (large.status_code, large.headers["Content-Type"]) == (413, PROBLEM)
    assert large.json()["detail"] == "The body is too large. Send a smaller copy of the image."
    with requests.Session() as client:
        refused = next(
            answer for _ in range(2000) if (answer := client.post(f"{proxy}/api/v1/embed", timeout=60)).status_code == 429
        )
    assert (refused.headers["Content-Type"], refused.headers["Retry-After"]) == (PROBLEM, "60")
    assert refused.json()["status"] == 429


def test_too_many_requests_are_refused_in_a_sentence(proxy: str) -> None:
    with requests.Session() as client:
        refused = next(
            answer for _ in range(2000) if (answer := client.put(f"{proxy}/drop/x/1", data=b"x", timeout=60)).status_code != 404
        )
        assert (refused.status_code, refused.headers["Content-Type"]) == (429, "text/plain")
        assert refused.text.startswith("Your address sends too many requests")
        assert client.get(f"{proxy}/labels", timeout=60).status_code == 200
