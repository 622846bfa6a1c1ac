"""A picture out of the clipboard by the button, from an address of the web, and a region of it under a finger."""

from __future__ import annotations

import base64
import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browsing import served, tiles
from tests.conftest import BUNDLED

PHOTOS = BUNDLED / "collections/photos/images"
pytestmark = pytest.mark.browser

COPY = """async (data) => {
  const png = new Blob([Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))], { type: "image/png" });
  await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
}"""


@contextmanager
def pictures_served(folder: Path) -> Iterator[int]:
    """The port at which this machine serves the files of ``folder``."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_the_button_that_pastes(browser: Browser, address: str) -> None:
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(f"{address}/image_search?collection=photos")
        page.get_by_text("Paste", exact=True).click()
        button = page.get_by_role("button", name="Paste a picture")
        page.evaluate("navigator.clipboard.writeText('no picture')")
        button.click()
        expect(page.get_by_text("There is no picture in the clipboard: copy one first.")).to_be_visible()
        png = io.BytesIO()
        Image.open(PHOTOS / "cat.webp").convert("RGB").save(png, "PNG")
        page.evaluate(COPY, base64.b64encode(png.getvalue()).decode())
        button.click()
        expect(page.locator(".st-key-image_search_crop .name")).to_have_text("pasted picture", timeout=60_000)
        expect(tiles(page, "meaning").first).to_have_text("cat")


def test_a_clipboard_that_is_kept_from_the_page(page: Page, address: str) -> None:
    page.goto(f"{address}/image_search")
    page.get_by_text("Paste", exact=True).click()
    page.get_by_role("button", name="Paste a picture").click()
    expect(page.get_by_text("The browser keeps the clipboard to itself: press Ctrl+V instead.")).to_be_visible()


def test_a_picture_of_the_web_by_its_address(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(f"{address}/image_search")
    expect(page.get_by_text("Camera", exact=True)).to_be_visible()
    expect(page.get_by_text("Address", exact=True)).to_have_count(0)  # as long as the setting is off
    Image.open(PHOTOS / "cat.webp").convert("RGB").save(tmp_path / "pet.jpg")
    with (
        pictures_served(tmp_path) as port,
        served("tests.app_with_local_fetch", SEMBLANCE_URL_SEARCH="1", PICTURES_PORT=str(port)) as here,
    ):
        page.goto(f"{here}/image_search?collection=photos")
        page.get_by_text("Address", exact=True).click()
        field = page.get_by_role("textbox", name="Address of a picture")
        field.fill(f"http://127.0.0.1:{port}/pet.jpg")
        field.press("Enter")
        expect(tiles(page, "meaning").first).to_have_text("cat", timeout=60_000)
        for url, said in (
            (f"http://127.0.0.1:{port}/none.jpg", "404"),
            (f"http://10.0.0.1:{port}/a.jpg", "no server of the public web"),
            ("pet", "no address of a picture"),
        ):
            field.fill(url)
            field.press("Enter")
            expect(page.get_by_test_id("stAlert")).to_contain_text(said)


def test_a_region_under_a_finger(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(f"{address}/image_search?item=orchestra&collection=photos")
    page.get_by_role("button", name="Choose a region").tap()
    expect(page).to_have_url(re.compile(r"crop=200%2C200%2C600%2C600$"))
    region = page.locator(".st-key-image_search_crop .box")
    finger = page.context.new_cdp_session(page)

    def drag(right: float, down: float, of: str = "") -> None:
        """By so many parts of the picture's width and height: the whole box, or one of its corners."""
        (region.locator(of) if of else region).scroll_into_view_if_needed()
        box, picture = (
            (region.locator(of) if of else region).bounding_box(),
            page.locator(".st-key-image_search_crop img").bounding_box(),
        )
        assert box and picture
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for share in (0.25, 0.5, 0.75, 1):
            point = {"x": x + share * right * picture["width"], "y": y + share * down * picture["height"]}
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    drag(-0.1, 0.1)
    expect(page).to_have_url(re.compile(r"crop=(9[5-9]|10[0-5])%2C(29[5-9]|30[0-5])%2C600%2C600$"))
    drag(-0.3, -0.2, "[data-corner=se]")
    expect(page).to_have_url(re.compile(r"%2C(29\d|30\d)%2C(39\d|40\d)$"))
    expect(tiles(page, "meaning").first).to_be_visible()
    page.close()
