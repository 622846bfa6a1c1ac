"""Two processes of the app behind a real nginx: a visitor stays at one of them, and goes on at the other when the first stops."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, expect

from benchmarks.app_session import AppSession
from tests.browsing import PATIENCE, open_page, run_session, served, tiles, wait_until
from tests.proxy import proxied, shipped_configuration

pytestmark = pytest.mark.browser  # these tests need programs that are installed with the system
COOKIE = "semblance_replica"
NEW_VISITORS = 20
PARTS = ("/labels", "/pictures/", "/_stcore/stream", "/_stcore/upload_file/", "/drop/")
"""The beginnings of the paths that a session requests."""


@dataclass
class Replicas:
    """Two processes of the app behind one proxy.

    Attributes:
        url: The address of the proxy.
        log: Where the proxy notes the cookie and the path of each request, and the servers that it asked.
        running: What stops each process, by its host and port.
    """

    url: str
    log: Path
    running: dict[str, ExitStack]

    def asked(self, cookie: str) -> list[tuple[str, str]]:
        """Return the path of each request with a cookie, and the servers that were asked."""
        lines = [line.split(maxsplit=2) for line in self.log.read_text("utf-8").splitlines()]
        return [(path, servers) for sent, path, servers in lines if sent == (cookie or "-")]

    def address_of(self, cookie: str) -> str:
        """Return the host and port of the replica that a cookie names."""
        return list(self.running)[int(cookie) - 1]


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    folder = tmp_path_factory.mktemp("nginx")
    # ``proxied`` replaces /tmp with the folder
    noting = "log_format asked '$cookie_semblance_replica $uri $upstream_addr'; access_log /tmp/asked.log asked;"
    with ExitStack() as everything:
        running: dict[str, ExitStack] = {}
        for _ in range(2):
            process = everything.enter_context(ExitStack())
            running[urlsplit(process.enter_context(served(SEMBLANCE_PRELOAD="0"))).netloc] = process
        configuration = re.sub("access_log off;.*", noting, shipped_configuration())
        assert noting in configuration
        first, second = running
        url = everything.enter_context(proxied(configuration, first, folder, second))
        yield Replicas(url, folder / "asked.log", running)


def new_visitor(replicas: Replicas) -> str:
    """Open the first page and return the cookie that the proxy sets."""
    answer = requests.get(replicas.url, timeout=PATIENCE)
    assert answer.status_code == 200
    return answer.cookies[COOKIE] or ""


def test_new_visitors_of_one_address_go_to_both_replicas(replicas: Replicas) -> None:
    assert {new_visitor(replicas) for _ in range(NEW_VISITORS)} == {"1", "2"}
    answer = requests.get(replicas.url, timeout=PATIENCE)
    assert re.search(rf"{COOKIE}=[12]; Path=/; HttpOnly; SameSite=Lax$", answer.headers["Set-Cookie"])
    secure = requests.get(replicas.url, headers={"X-Forwarded-Proto": "https"}, timeout=PATIENCE)
    assert secure.headers["Set-Cookie"].endswith("; SameSite=Lax; Secure")


@pytest.mark.parametrize("cookie", ["1", "2", ""], ids=["first", "second", "no cookie"])
def test_a_session_stays_at_one_replica(replicas: Replicas, cookie: str) -> None:
    run_session(use(replicas.url, {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}))
    wait_until(lambda: all(any(path.startswith(part) for path, _ in replicas.asked(cookie)) for part in PARTS))
    [server] = {servers for _, servers in replicas.asked(cookie)}
    assert not cookie or server == replicas.address_of(cookie)


async def use(url: str, headers: dict[str, str]) -> None:
    """Open a page, load a thumbnail, and upload by both routes. Only the replica of the session accepts these uploads."""
    session = AppSession(url, "photos")
    session.headers |= headers
    async with session:
        await session.sent_to_drop({"1": b"x" * 1000})
        target = await session.upload_target("a.jpg")
        await asyncio.to_thread(session.put, target.upload_url, "a.jpg", b"x" * 1000)
        await asyncio.to_thread(load, url, headers)


def load(url: str, headers: dict[str, str]) -> None:
    for path in ("labels", "pictures/stamps/images/violin.webp"):
        answer = requests.get(f"{url}/{path}", headers=headers, timeout=PATIENCE)
        assert answer.status_code == 200
        is_new_page = path == "labels" and not headers
        assert ("Set-Cookie" in answer.headers) == is_new_page  # a cache may serve a picture to several visitors


def test_a_visitor_goes_on_at_the_other_replica_when_one_stops(browser: Browser, replicas: Replicas) -> None:
    with open_page(browser) as page:

        def cookie() -> str:
            return {each["name"]: each["value"] for each in page.context.cookies()}[COOKIE]

        page.goto(f"{replicas.url}/text_search?q=violin")
        expect(tiles(page, "text").first).to_have_text("violin")
        stopped, other = cookie(), {"1": "2", "2": "1"}[cookie()]
        replicas.running[replicas.address_of(stopped)].close()
        page.goto(f"{replicas.url}/text_search?q=violin&collection=stamps")
        expect(tiles(page, "text").first).to_have_text("violin")
        assert cookie() == other
        both = f"{replicas.address_of(stopped)}, {replicas.address_of(other)}"
        wait_until(lambda: any(servers == both for _, servers in replicas.asked(stopped)))
    assert requests.get(replicas.url, timeout=PATIENCE).status_code == 200
