"""Visit the app in Chromium with Keras and with ONNX Runtime, and measure the memory of the server and of its processes.

With ``--preload 0``, as on a small host, the model loads when the photo is uploaded. The rows before that show the memory that
text search alone needs.
"""

from __future__ import annotations

import argparse
import shutil

from playwright.sync_api import Page, sync_playwright

from benchmarks.honest_visitor import memory, resident
from benchmarks.runtimes import RUNTIMES
from benchmarks.server import serving
from benchmarks.table import print_table
from devise_core.storage.paths import BUNDLED_ARTIFACTS

PHOTO = BUNDLED_ARTIFACTS / "collections/photos/images/cat.webp"
PATIENCE = 120_000
"""Milliseconds in which a page has to be drawn."""
VIEWS = {
    "?q=bird": "Home, with results",
    "text_search?q=bird": "Text to images",
    "labels": "a photo that was uploaded and labelled",
    "explorer": "Explorer",
    "words?q=violin": "Words",
    "image_search?item=violin": "Image to images",
}


def _is_drawn(page: Page) -> None:
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning] h1", timeout=PATIENCE)


def visited(runtime: str, preload: str) -> list[tuple[int, int]]:
    """Return the memory of the server after each view, and that of the server with its processes, in bytes."""
    used = []
    with serving(SEMBLANCE_RUNTIME=runtime, SEMBLANCE_PRELOAD=preload) as (address, pid), sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"])
        page = browser.new_page()
        for path in VIEWS:
            page.goto(f"{address}/{path}")
            _is_drawn(page)
            if path == "labels":
                page.get_by_text("Upload", exact=True).click()
                page.locator("input[type=file]").set_input_files(PHOTO, timeout=PATIENCE)
                page.wait_for_selector(".st-key-label-bars", timeout=PATIENCE)
                _is_drawn(page)
            used.append((resident(pid), memory(pid)))
        browser.close()
    return used


def main() -> None:
    """Run the benchmark and print its table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--preload", choices=("0", "1"), default="1", help="the value of SEMBLANCE_PRELOAD (default: %(default)s)")
    preload = options.parse_args().preload
    measured = [visited(runtime, preload) for runtime in RUNTIMES]
    rows = [
        [name, *(f"{used[row][part] / 1e6:.0f}" for used in measured for part in (0, 1))] for row, name in enumerate(VIEWS.values())
    ]
    columns = [column for runtime in RUNTIMES for column in (runtime, f"{runtime} with decoders")]
    print_table("MB of memory of the server after each view; target after the label: ≤ 300 with onnx", ["after", *columns], rows)


if __name__ == "__main__":
    main()
