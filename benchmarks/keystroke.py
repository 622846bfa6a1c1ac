"""Measure the time from the last key to painted pictures on Home, in Chromium with a warm server."""

from __future__ import annotations

import shutil

from playwright.sync_api import Page, sync_playwright

from benchmarks.server import serving
from benchmarks.table import median, print_table
from ui.query.examples import QUERIES

BETWEEN_KEYS = 150
"""Milliseconds between the last two keys, which is the speed of a fast typist."""
PAINTED = """([query, between]) => new Promise((resolve) => setTimeout(() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? all(node.shadowRoot) : [])]);
  const nodes = all(document), box = nodes.find((node) => node.getAttribute("role") === "combobox");
  const results = nodes.find((node) => node.matches("section.results"));
  const type = (text) => { box.value = text; box.dispatchEvent(new InputEvent("input", { bubbles: true })); };
  const began = performance.now();
  type(query);
  const look = () => {
    const images = [...results.querySelectorAll(".grid img")];
    const there = results.dataset.query === query && images.length
      && images.every((image) => image.getBoundingClientRect().top > innerHeight || (image.complete && image.naturalWidth));
    if (there) requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
    else if (performance.now() - began > 10_000) resolve(Infinity);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}, between))"""
"""Types the last letter. One frame after the last visible image has arrived, it is painted."""


def measured(page: Page, queries: list[str]) -> list[float]:
    """Return for each query the milliseconds from its last key to its painted pictures."""
    times = []
    for query in queries:
        page.get_by_role("combobox").fill(query[:-1])
        times.append(float(page.evaluate(PAINTED, [query, BETWEEN_KEYS])))
        page.wait_for_timeout(400)
    return times


def main() -> None:
    """Run the benchmark and print its table."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    queries = [query for query in QUERIES if "-" not in query]
    with serving(SEMBLANCE_PRELOAD="0") as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.locator(".st-key-grid-home img").nth(5).wait_for()
        page.wait_for_timeout(2000)
        measured(page, queries[:3])  # warm up
        first, again = (sorted(measured(page, queries[3:])) for _ in range(2))
        browser.close()
    rows = []
    for name, times in (("images that the browser has not cached", first), ("images that the browser has cached", again)):
        rows.append([name, f"{median(times):.0f}", f"{times[int(0.95 * len(times))]:.0f}"])
    print_table(
        f"{len(first)} queries, from the last key to the painted pictures; target ≤ 150 ms at the median",
        ["with", "median, ms", "95th percentile, ms"],
        rows,
    )


if __name__ == "__main__":
    main()
