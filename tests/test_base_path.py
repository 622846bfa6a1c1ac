"""The app below a path of a host, as with Streamlit's ``server.baseUrlPath``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from starlette.routing import Route
from streamlit import config

from tests.browsing import served, wait_until_drawn
from tests.proxy import proxied, shipped_configuration
from tests.walkthrough import Requests, assert_images_load, loading, use_everything
from ui.own_routes import base_path, below_base_path, route_url
from ui.page_list import PAGES

BASE = "/demo/semblance"


@pytest.mark.parametrize(("setting", "path"), [("", ""), ("/", ""), ("demo", "/demo"), ("/a/b/", "/a/b")])
def test_routes_are_below_the_base_path(monkeypatch: pytest.MonkeyPatch, setting: str, path: str) -> None:
    monkeypatch.setattr(config, "get_option", {"server.baseUrlPath": setting}.__getitem__)
    assert base_path() == path
    [route] = below_base_path([Route("/drop/{name}", print, methods=["PUT"])])
    assert (route.path, route.endpoint, route.methods) == (f"{path}/drop/{{name}}", print, {"PUT"})


def test_urls_of_routes_are_relative_and_quoted() -> None:
    assert route_url("suggest") == "suggest"
    assert route_url("pictures", "a/b?", "ä #.webp", v="1&2") == "pictures/a%2Fb%3F/%C3%A4%20%23.webp?v=1%262"


@pytest.fixture(scope="module")
def below() -> Iterator[str]:
    """The address of the app below ``BASE``."""
    with served(base_path=BASE, SEMBLANCE_PRELOAD="1") as url:
        yield url


@pytest.fixture(scope="module")
def visit(browser: Browser, below: str) -> Iterator[tuple[Page, Requests]]:
    """A page that stays open, and all its requests. Loading the app on a new page takes twice as long."""
    with loading(browser) as visit:
        yield visit


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_every_page_loads_what_it_shows(visit: tuple[Page, Requests], below: str, name: str) -> None:
    page, requested = visit
    requested.paths.clear()
    page.goto(f"{below}/{name}?q=cat&item=cat&collection=photos")
    wait_until_drawn(page)
    if name not in ("photos", "results"):
        expect(page.locator("img[src^='pictures/']").first).to_be_attached()
    assert_images_load(page)
    assert requested.failed == []
    assert requested.paths
    assert all(path.startswith(f"{below}/") for path in requested.paths if path.startswith("http"))


@pytest.mark.browser
def test_a_whole_session_behind_a_proxy_that_keeps_the_path(browser: Browser, below: str, tmp_path: Path) -> None:
    with proxied(shipped_configuration(), urlsplit(below).netloc, tmp_path) as proxy, loading(browser) as (page, requested):
        url = f"{proxy}{BASE}"
        use_everything(page, url)
        routes = {path.removeprefix(f"{url}/").partition("/")[0] for path in requested.paths}
        assert {"pictures", "suggest", "search", "map-preview", "share-card.png", "code", "map-data", "drop"} <= routes
        assert requests.get(f"{url}/metrics", timeout=60).status_code == 404


@pytest.mark.browser
def test_a_preview_names_the_address_below_the_path(below: str) -> None:
    html = requests.get(f"{below}/labels?item=cat", timeout=60).text
    assert f'property="og:url" content="{below}/labels?item=cat"' in html
    card = re.search(r'property="og:image" content="([^"]+)"', html)
    assert card
    answer = requests.get(card[1].replace("&amp;", "&"), timeout=60)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
