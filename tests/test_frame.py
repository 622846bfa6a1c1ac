"""The app in a frame of another site, as Hugging Face shows it, and what another site may not do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Frame, Page, expect
from starlette.datastructures import Headers

from devise_core.serving.origin import is_cross_origin
from tests.browsing import RECORDING, open_page, tiles
from tests.local_server import LocalServer, run_server
from tests.walkthrough import Requests, label, large_picture, read_map, search_and_open, search_uploads, small_picture


class _Host(LocalServer):
    """Another site, whose only page shows the app in a frame."""

    def __init__(self, app: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.closing = threading.Event()
        self.html = f'<title>Host</title><iframe src="{app}" width=1260 height=860 allow="camera"></iframe>'


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Host)
        content = self.server.html.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture
def frame(browser: Browser, address: str) -> Iterator[Frame]:
    """The app in a frame. "localhost" and "127.0.0.1" are two sites to a browser. Fail if a request fails."""
    with run_server(_Host(address)) as host, open_page(browser, new=True) as page:
        requested = Requests(page)
        page.goto(f"http://localhost:{host.server_port}/")
        expect(page.frame_locator("iframe").get_by_role("combobox")).to_be_visible()
        yield page.frames[1]
    assert [failure for failure in requested.failed if "favicon" not in failure] == []


@pytest.mark.browser
def test_a_whole_session_in_a_frame(frame: Frame, address: str, tmp_path: Path) -> None:
    search_and_open(frame, address)
    label(frame, address, large_picture(tmp_path))
    search_uploads(frame, address, small_picture())
    read_map(frame, address, small_picture())


@pytest.mark.browser
def test_a_picture_from_the_camera_in_a_frame(frame: Frame, address: str) -> None:
    frame.goto(f"{address}/image_search")
    frame.get_by_text("Camera", exact=True).click()
    frame.wait_for_function(RECORDING)
    frame.get_by_role("button", name="Take Photo").click()
    expect(frame.locator(".st-key-image_search_crop .name")).to_have_text("camera picture")
    expect(frame.locator(".st-key-grid-meaning .name").first).to_be_visible()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"host": "demo.example", "origin": "https://demo.example"}, False),
        ({"host": "demo.example:8501", "origin": "http://Demo.example:8501"}, False),
        ({"host": "demo.example", "origin": "https://evil.example"}, True),
        ({"host": "demo.example", "origin": "https://demo.example.evil.example"}, True),
        ({"host": "demo.example", "origin": "https://demo.example:444"}, True),
        ({"host": "demo.example", "origin": "null"}, True),
        ({"host": "inside:8501", "origin": "https://demo.example", "sec-fetch-site": "same-origin"}, False),
        ({"host": "demo.example", "origin": "https://demo.example", "sec-fetch-site": "cross-site"}, True),
        ({"host": "demo.example", "sec-fetch-site": "same-site"}, True),
    ],
)
def test_the_browser_says_where_a_request_comes_from(headers: dict[str, str], expected: bool) -> None:
    assert is_cross_origin(Headers(headers)) is expected


@pytest.mark.browser
@pytest.mark.parametrize("path", ["_stcore/upload_file/session/file", "drop/nobody/1"])
def test_another_site_cannot_upload(page: Page, address: str, path: str) -> None:
    with run_server(_Host(address)) as host:
        page.goto(f"http://localhost:{host.server_port}/")
        with page.expect_request_finished(lambda request: request.method == "POST") as sent:
            page.evaluate("url => fetch(url, { method: 'POST', body: 'x', mode: 'no-cors' })", f"{address}/{path}")
        answer = sent.value.response()
        assert answer
        assert answer.status == 403
    assert requests.put(f"{address}/{path}", headers={"Origin": "https://evil.example"}, timeout=60).status_code == 403


@pytest.mark.browser
def test_the_app_itself_can_upload(page: Page, address: str) -> None:
    search_uploads(page, address, small_picture())
    expect(tiles(page, "photos")).to_have_count(1)
