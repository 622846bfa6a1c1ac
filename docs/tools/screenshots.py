"""Take the pictures of the app that the README and the pages show: ``python -m docs.tools.screenshots``.

Run it after a change of what they show, and look at them. It needs Chromium, like the tests with a browser.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browsing import open_map, open_page, served, wait_until_drawn, wait_until_settled

DOCS = Path(__file__).parent.parent
QUALITY, LARGEST = 78, 120_000
"""The quality of the WebP files, and the most bytes that one may have."""


def main() -> None:
    """Start the app, and take all pictures."""
    with sync_playwright() as playwright, served(SEMBLANCE_PRELOAD="1") as address:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        with open_page(browser) as page:
            page.goto(f"{address}/?q=castle")
            expect(page.locator(".st-key-grid-home .name").first).to_have_text("castle")
            _save(page, DOCS / "screenshot.webp")
            page.goto(f"{address}/labels?item=egeskov-castle")
            expect(page.get_by_role("heading", name="Best name: castle")).to_be_visible()
            _save(page, DOCS / "pictures/labels.webp")
            open_map(page, address, "?q=castle")
            _save(page, DOCS / "pictures/map.webp")
        browser.close()


def _save(page: Page, path: Path) -> None:
    """Save what the window shows, once every image is loaded and nothing moves."""
    wait_until_drawn(page)
    page.wait_for_load_state("networkidle")
    wait_until_settled(page)
    path.parent.mkdir(exist_ok=True)
    with Image.open(io.BytesIO(page.screenshot())) as image:
        image.convert("RGB").save(path, quality=QUALITY, method=6)
    size = path.stat().st_size
    print(f"{path.relative_to(DOCS.parent)}: {size} bytes")
    if size > LARGEST:
        raise SystemExit(f"{path.name} is larger than {LARGEST} bytes. Lower QUALITY.")


if __name__ == "__main__":
    main()
