"""Measure the time from Enter to a page of 24 painted images, in Chromium with a warm server."""

from __future__ import annotations

import argparse
import shutil

from playwright.sync_api import Page, sync_playwright

from benchmarks.server import serving
from benchmarks.table import median, print_table
from ui.query.examples import QUERIES

TILES = 24
PAINTED = """([tiles, query]) => new Promise((resolve) => {
  const grid = () => document.querySelector(".st-key-grid-text [data-testid=stBidiComponentRegular], .st-key-grid-text");
  const all = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? all(node.shadowRoot) : [])]);
  const box = all(document).find((node) => node.role === "combobox" || node.getAttribute("role") === "combobox");
  const before = all(grid()).filter((node) => node.tagName === "IMG").map((image) => image.src).join();
  box.focus();
  box.value = query;
  const began = performance.now();
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  let acknowledged = 0;
  const look = () => {
    if (!acknowledged && box.form.getAttribute("aria-busy")) acknowledged = performance.now() - began;
    const images = all(grid()).filter((node) => node.tagName === "IMG");
    const there = images.length === tiles && images.map((image) => image.src).join() !== before
      && images.every((image) => image.getBoundingClientRect().top > innerHeight || (image.complete && image.naturalWidth));
    if (there) requestAnimationFrame(() => setTimeout(() => resolve([acknowledged, performance.now() - began])));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
"""Checks at every frame. One frame after the last visible image has arrived, it is painted."""


def measured(page: Page, queries: list[str]) -> list[tuple[float, float]]:
    """Return for each query the milliseconds until the search box shows that it is busy, and until the images are painted."""
    times = []
    for query in queries:
        times.append(tuple(page.evaluate(PAINTED, [TILES, query])))
        page.wait_for_timeout(700)
    return times


def measure_collection(page: Page, address: str, collection: str) -> list[list[str]]:
    """Return the rows of the table for one collection."""
    page.goto(f"{address}/text_search?q=violin&weak=1" + (f"&collection={collection}" if collection else ""))
    page.locator(".st-key-grid-text img").nth(TILES - 1).wait_for(timeout=120_000)
    page.wait_for_timeout(2000)
    queries = [query for query in QUERIES if "-" not in query]
    measured(page, queries[:3])  # warm up
    times = measured(page, queries[3:])
    ordered, name = sorted(whole for _, whole in times), collection or "the default collection"
    return [
        [name, "the box shows that it is busy, median", f"{median([first for first, _ in times]):.0f}"],
        [name, f"{TILES} images painted, median, target ≤ 400", f"{median(ordered):.0f}"],
        [name, "the same, 95th percentile", f"{ordered[int(0.95 * len(ordered))]:.0f}"],
    ]


def main() -> None:
    """Run the benchmark and print its table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", help="a folder with further collections")
    options.add_argument(
        "--collection", action="append", default=[], help="a collection in --folder to measure after the default one"
    )
    arguments = options.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    environment = {"SEMBLANCE_COLLECTIONS": arguments.folder} if arguments.folder else {}
    with serving(SEMBLANCE_PRELOAD="0", **environment) as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        rows = [row for name in ("", *arguments.collection) for row in measure_collection(page, address, name)]
        browser.close()
    print_table("With images that the browser may not have cached", ["collection", "from Enter to", "ms"], rows)


if __name__ == "__main__":
    main()
