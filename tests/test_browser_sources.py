"""A picture from the clipboard or from a web address, and a region selected by touch."""

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

from tests.browsing import open_page, served, tiles, wait_until_drawn
from tests.conftest import BUNDLED

PHOTOS = BUNDLED / "collections/photos/images"
pytestmark = pytest.mark.browser

COPY = """async (data) => {
  const png = new Blob([Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))], { type: "image/png" });
  await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
}"""

DROP_LARGE = """(input, name) => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(52_500_000)], name, { type: "image/jpeg" }));
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}"""


@contextmanager
def pictures_served(folder: Path) -> Iterator[int]:
    """Serve the files of ``folder`` on this machine, and yield the port."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_paste_with_the_button(browser: Browser, address: str) -> None:
    with open_page(browser, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto(f"{address}/image_search?collection=photos")
        page.get_by_text("Paste", exact=True).click()
        button = page.get_by_role("button", name="Paste a picture")
        expect(button).to_be_visible()
        wait_until_drawn(page)
        page.bring_to_front()  # only a focused page may use the clipboard
        page.wait_for_function("document.hasFocus()")
        page.evaluate("navigator.clipboard.writeText('no picture')")
        button.click()
        expect(page.get_by_text("There is no picture on the clipboard. Copy one first.")).to_be_visible()
        png = io.BytesIO()
        Image.open(PHOTOS / "cat.webp").convert("RGB").save(png, "PNG")
        page.evaluate(COPY, base64.b64encode(png.getvalue()).decode())
        button.click()
        expect(page.locator(".st-key-image_search_crop .name")).to_have_text("pasted picture")
        expect(tiles(page, "meaning").first).to_have_text("cat")


def test_the_browser_does_not_allow_access_to_the_clipboard(page: Page, address: str) -> None:
    page.goto(f"{address}/image_search")
    page.get_by_text("Paste", exact=True).click()
    page.get_by_role("button", name="Paste a picture").click()
    expect(
        page.get_by_text("The browser does not allow access to the clipboard. Use Ctrl+V instead, or ⌘V on a Mac.")
    ).to_be_visible()


def test_a_picture_from_a_web_address(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(f"{address}/image_search")
    expect(page.get_by_text("Camera", exact=True)).to_be_visible()
    expect(page.get_by_text("Web address", exact=True)).to_have_count(0)  # while the setting is off
    Image.open(PHOTOS / "cat.webp").convert("RGB").save(tmp_path / "pet.jpg")
    with (
        pictures_served(tmp_path) as port,
        served("tests.app_with_local_fetch", SEMBLANCE_URL_SEARCH="1", PICTURES_PORT=str(port)) as url,
    ):
        page.goto(f"{url}/image_search?collection=photos")
        page.get_by_text("Web address", exact=True).click()
        field = page.get_by_role("textbox", name="Web address of a picture")
        field.fill(f"http://127.0.0.1:{port}/pet.jpg")
        field.press("Enter")
        expect(tiles(page, "meaning").first).to_have_text("cat")
        for wrong, expected in (
            (f"http://127.0.0.1:{port}/none.jpg", "404"),
            (f"http://10.0.0.1:{port}/a.jpg", "not on the public web"),
            ("pet", "not the web address of an image"),
        ):
            field.fill(wrong)
            field.press("Enter")
            expect(page.get_by_test_id("stAlert")).to_contain_text(expected)


def test_a_region_by_touch(phone: Page, address: str) -> None:
    phone.goto(f"{address}/image_search?item=orchestra&collection=photos")
    phone.get_by_role("button", name="Select a region").tap()
    expect(phone).to_have_url(re.compile(r"crop=200%2C200%2C600%2C600$"))
    region = phone.locator(".st-key-image_search_crop .box")
    finger = phone.context.new_cdp_session(phone)

    def drag(right: float, down: float, corner: str = "") -> None:
        """Drag the box, or one of its corners, by shares of the picture's width and height."""
        (region.locator(corner) if corner else region).scroll_into_view_if_needed()
        box, picture = (
            (region.locator(corner) if corner else region).bounding_box(),
            phone.locator(".st-key-image_search_crop img").bounding_box(),
        )
        assert box and picture
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for share in (0.25, 0.5, 0.75, 1):
            point = {"x": x + share * right * picture["width"], "y": y + share * down * picture["height"]}
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    drag(-0.1, 0.1)
    expect(phone).to_have_url(re.compile(r"crop=(9[5-9]|10[0-5])%2C(29[5-9]|30[0-5])%2C600%2C600$"))
    drag(-0.3, -0.2, "[data-corner=se]")
    expect(phone).to_have_url(re.compile(r"%2C(29\d|30\d)%2C(39\d|40\d)$"))
    expect(tiles(phone, "meaning").first).to_be_visible()


def test_only_the_last_file_that_is_too_large_is_listed(page: Page, address: str) -> None:
    """The browser refuses such files itself. The picture that was uploaded before them stays, with its name below it."""
    page.goto(f"{address}/labels")
    page.get_by_text("Upload", exact=True).click()
    files = page.get_by_test_id("stFileUploaderDropzoneInput")
    files.set_input_files(PHOTOS / "cat.webp")
    expect(page.locator(".st-key-labels_crop .name")).to_have_text("cat.webp")
    for name in ("first.jpg", "second.jpg"):
        files.evaluate(DROP_LARGE, name)
        expect(page.get_by_test_id("stFileChip").filter(has_text=name)).to_be_visible()
    expect(page.get_by_test_id("stFileChip").filter(has_text="first.jpg")).to_be_hidden()
    expect(page.locator(".st-key-labels_crop .name")).to_have_text("cat.webp")
