"""What a visitor does in the app, wherever it is served, and what a browser reports of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Frame, Locator, Page, Response, expect

from tests.browsing import home_status, open_page
from tests.conftest import BUNDLED

CAT = BUNDLED / "collections/photos/images/cat.webp"
A_CAT = re.compile(r"\b(cat|kitten|tabby)$")
"""The heading over the names of the picture ``CAT``, however sure the app is of them."""
_PROBE = re.compile(r"/_stcore/(health|host-config)$")
"""Streamlit's page asks for these in each folder where it may be served, until one answers."""

LOAD_ALL = """async () => {
  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((each) => (each.shadowRoot ? roots(each.shadowRoot) : []))];
  const images = roots(document).flatMap((root) => [...root.querySelectorAll("img")]).filter((each) => each.getAttribute("src"));
  const broken = [];
  for (const image of images) {
    image.loading = "eager";
    try { await image.decode(); } catch { if (image.isConnected) broken.push(image.getAttribute("src").slice(0, 200)); }
  }
  return [images.length, broken];
}"""
"""Loads every image on the page. Returns how many there are, and the addresses of those that are broken."""


class Requests:
    """What a page has requested.

    Attributes:
        failed: Each request that was not answered as it should.
        paths: The path of each address that was answered.
    """

    def __init__(self, page: Page) -> None:
        self.failed: list[str] = []
        self.paths: list[str] = []
        page.on("response", self._note)
        page.on("requestfailed", lambda request: self._note_failure(request.url, request.failure or ""))

    def _note(self, response: Response) -> None:
        path = response.url.partition("?")[0]
        self.paths.append(path)
        is_page = response.request.resource_type == "document"
        if response.status >= 400 and not _PROBE.search(path):
            self._note_failure(response.url, str(response.status))
        elif not is_page and response.headers.get("content-type", "").startswith("text/html"):
            self._note_failure(response.url, "answered with a page")

    def _note_failure(self, url: str, reason: str) -> None:
        if "ERR_ABORTED" not in reason:  # a newer keystroke or page has replaced the request
            self.failed.append(f"{url}: {reason}")


@contextmanager
def loading(browser: Browser) -> Iterator[tuple[Page, Requests]]:
    """Open a page and record what it requests. Fail if a request fails or the content security policy blocks something."""
    with open_page(browser, new=True) as page:
        requested, blocked = Requests(page), list[str]()
        page.on("console", lambda message: blocked.append(message.text) if "Content Security Policy" in message.text else None)
        yield page, requested
    assert (requested.failed, blocked) == ([], [])


def use_everything(page: Page, url: str, picture: FilePayload | Path | None = None) -> None:
    """Do what visitors do. ``picture`` is labelled, by default a small one."""
    search_and_open(page, url)
    share(page, url)
    label(page, url, picture or small_picture())
    search_uploads(page, url, small_picture())
    read_map(page, url, small_picture())


def assert_images_load(view: Page | Frame) -> None:
    """Fail if there is no image, or a broken one."""
    count, broken = view.evaluate(LOAD_ALL)
    assert count
    assert not broken


def search_and_open(view: Page | Frame, url: str) -> None:
    """Search as one types, choose a suggestion, and open a picture."""
    view.goto(f"{url}/?collection=stamps")
    expect(_names(view, "home").first).to_be_visible()
    box = view.get_by_role("combobox")
    box.press_sequentially("violi")
    expect(view.get_by_role("option").first).to_have_text("violin")
    expect(home_status(view)).to_contain_text("Results for “violin”")
    view.get_by_role("option").first.click()
    expect(_names(view, "home").first).to_have_text("violin")
    view.locator(".preview").scroll_into_view_if_needed()
    expect(view.locator(".preview[data-points]")).to_be_visible()
    view.get_by_role("button", name="Open violin").first.click()
    expect(view.get_by_role("dialog").get_by_role("heading", name="violin")).to_be_visible()
    assert_images_load(view)
    view.get_by_role("dialog").get_by_role("button", name="Close").click()
    view.get_by_role("link", name="More like violin").click()
    expect(view.get_by_role("heading", name="Similar in meaning")).to_be_visible()
    expect(_names(view, "meaning").first).to_have_text("cello")
    assert_images_load(view)


def label(view: Page | Frame, url: str, picture: FilePayload | Path) -> None:
    """Upload a picture of a cat and read its label."""
    view.goto(f"{url}/labels")
    view.get_by_text("Upload", exact=True).click()
    view.locator("input[type=file]").set_input_files(picture)
    expect(view.get_by_role("heading", name=A_CAT)).to_be_visible()


def search_uploads(view: Page | Frame, url: str, picture: FilePayload) -> None:
    """Upload a picture of a cat to search in it."""
    view.goto(f"{url}/photos")
    view.get_by_role("button", name="Choose pictures").wait_for()
    view.locator(".st-key-photos_zone input[type=file]").set_input_files(picture)
    expect(view.get_by_role("heading", name="1 picture")).to_be_visible()
    expect(_names(view, "photos")).to_have_text(["cat"])


def read_map(view: Page | Frame, url: str, picture: FilePayload) -> None:
    """Look at the map with a query and a picture on it."""
    view.goto(f"{url}/explorer?q=bird&collection=stamps")
    expect(view.locator(".map[data-state=ready]")).to_have_attribute("data-seen", re.compile(r"\d+"))
    view.get_by_role("button", name="Add a picture").click()
    view.locator("input[type=file]").set_input_files(picture)
    expect(view.get_by_role("heading", name="Most similar to your picture")).to_be_visible()
    assert_images_load(view)


def share(view: Page | Frame, url: str) -> None:
    """Open the dialog that shares a view."""
    view.goto(f"{url}/text_search?q=violin")
    expect(_names(view, "text").first).to_have_text("violin")
    view.get_by_role("button", name="Share").click()
    expect(view.get_by_role("dialog").get_by_label("Link")).to_have_value(f"{url}/text_search?q=violin")
    assert_images_load(view)


def small_picture() -> FilePayload:
    """Return a picture of a cat that takes some kilobytes."""
    return FilePayload(name="cat.webp", mimeType="image/webp", buffer=CAT.read_bytes())


def large_picture(folder: Path) -> Path:
    """Write a picture of a cat of 19 MB to a folder, and return it. No browser reads its format, so it is sent as it is."""
    with Image.open(CAT) as image:
        image.convert("RGB").resize((2500, 2500)).save(folder / "cat.tif")
    return folder / "cat.tif"


def _names(view: Page | Frame, grid: str) -> Locator:
    return view.locator(f".st-key-grid-{grid} .name")
