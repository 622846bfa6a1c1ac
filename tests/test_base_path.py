"""The app below a path of a host, as with Streamlit's ``server.baseUrlPath``."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from starlette.routing import Route
from streamlit import config

from tests.browsing import open_page, served, wait_until_drawn
from tests.walkthrough import Requests, assert_images_load, label, read_map, search_and_open, search_uploads, share, small_picture
from ui.own_routes import base_path, below_base_path, route_url
from ui.views import PAGES

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


@pytest.fixture
def loaded(browser: Browser) -> Iterator[tuple[Page, Requests]]:
    """A page, and what it requests. Fail if a request fails."""
    with open_page(browser) as page:
        requested = Requests(page)
        yield page, requested
    assert not requested.failed


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_every_page_loads_what_it_shows(loaded: tuple[Page, Requests], below: str, name: str) -> None:
    page, requested = loaded
    page.goto(f"{below}/{name}?q=cat&item=cat&collection=photos")
    wait_until_drawn(page)
    if name not in ("photos", "results"):
        expect(page.locator("img[src^='pictures/']").first).to_be_attached()
    assert_images_load(page)
    assert all(path.startswith(f"{below}/") for path in requested.paths if path.startswith("http"))


@pytest.mark.browser
def test_a_whole_session(loaded: tuple[Page, Requests], below: str) -> None:
    page, requested = loaded
    search_and_open(page, below)
    share(page, below)
    label(page, below, small_picture())
    search_uploads(page, below, small_picture())
    read_map(page, below, small_picture())
    routes = {path.removeprefix(f"{below}/").partition("/")[0] for path in requested.paths}
    assert {"pictures", "suggest", "search", "map-preview", "share-card.png", "code", "map-data", "drop"} <= routes


@pytest.mark.browser
def test_a_preview_names_the_address_below_the_path(below: str) -> None:
    html = requests.get(f"{below}/labels?item=cat", timeout=60).text
    assert f'property="og:url" content="{below}/labels?item=cat"' in html
    card = re.search(r'property="og:image" content="([^"]+)"', html)
    assert card
    answer = requests.get(card[1].replace("&amp;", "&"), timeout=60)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
