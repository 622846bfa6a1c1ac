"""Measure the map of 20,000 images in Chromium: how soon it is painted and how smoothly it moves.

The collection is synthetic. Its vectors are spread around 60 directions, and its images share a hundred small files.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from benchmarks.server import serving
from benchmarks.table import median, print_table
from devise_core import load_engine
from devise_core.collections.items_file import write_items
from devise_core.collections.projection import project
from devise_core.datatypes import Item
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import CollectionLayout
from devise_core.vectors import unit

SECONDS = 4.0
FRAMES = """() => {
  window.frames_ = [];
  const next = (now) => { window.frames_.push(now); requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""


def write_pictures(folder: Path, count: int) -> None:
    """Write a collection of ``count`` images for the bundled model."""
    engine = load_engine()
    layout = CollectionLayout(folder)
    layout.images.mkdir(parents=True)
    rng = np.random.default_rng(7)
    for number in range(100):
        Image.new("RGB", (96, 96), tuple(rng.integers(0, 255, 3).tolist())).save(layout.images / f"{number}.webp")
    centres = rng.normal(size=(60, engine.text.dimension))
    groups = rng.integers(60, size=count)
    embeddings = unit(centres[groups] + 0.9 * rng.normal(size=(count, centres.shape[1])))
    write_items(
        layout.items,
        [
            Item(f"{row:05d}", f"images/{row % 100}.webp", (f"label {group}",), f"category {group % 14}")
            for row, group in enumerate(groups)
        ],
    )
    np.save(layout.embeddings, embeddings)
    project(embeddings, methods=("pca",)).save(layout.projections)
    manifest = Manifest(folder, about={"model": engine.model_id, "count": count})
    for path in (layout.items, layout.embeddings, layout.projections):
        manifest.add(path, "python -m benchmarks.map")
    manifest.write()


def painted(page: Page, address: str) -> float:
    """Return the seconds from requesting the page to its points on screen."""
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(".map[data-state=ready][data-seen]", timeout=120_000)
    return time.perf_counter() - began


def frames(page: Page, act: Callable[[float], None]) -> list[float]:
    """Return the frame rates while ``act`` is called repeatedly with the elapsed share, from 0 to 1."""
    page.evaluate("window.frames_.length = 0")
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < SECONDS:
        act(passed / SECONDS)
    times = np.diff(page.evaluate("window.frames_"))
    return [1000 / duration for duration in times[times > 0]]


def moved(page: Page) -> list[tuple[str, list[float]]]:
    """Drag, zoom and rotate the map. Return the name and the frame rates of each."""
    box = page.locator(".stage").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate(FRAMES)

    def drag(share: float) -> None:
        page.mouse.move(x + 150 * np.sin(12 * share), y + 90 * np.cos(12 * share))

    def wheel(share: float) -> None:
        page.mouse.wheel(0, -40 if share < 0.5 else 40)

    page.mouse.move(x, y)
    page.mouse.down()
    dragged = frames(page, drag)
    page.mouse.up()
    zoomed = frames(page, wheel)
    page.locator("select[name=dims]").select_option("3")
    page.wait_for_timeout(1500)
    page.mouse.move(x, y)
    page.mouse.down()
    turned = frames(page, drag)
    page.mouse.up()
    return [("dragged", dragged), ("zoomed", zoomed), ("rotated in 3D", turned)]


def received(page: Page) -> dict[str, int]:
    """Count the bytes that the page receives from now on, as transferred: "code", which is the same for all pages, and "data"."""
    bytes_of, urls = {"code": 0, "data": 0}, dict[str, str]()
    session = page.context.new_cdp_session(page)

    def finished(event: dict[str, Any]) -> None:
        is_code = "/static/" in urls.get(event["requestId"], "")
        bytes_of["code" if is_code else "data"] += int(event["encodedDataLength"])

    def frame(event: dict[str, Any]) -> None:
        bytes_of["data"] += len(event["response"]["payloadData"]) * 3 // 4  # the browser reports frames in base64

    session.on("Network.requestWillBeSent", lambda event: urls.update({event["requestId"]: event["request"]["url"]}))
    session.on("Network.loadingFinished", finished)
    session.on("Network.webSocketFrameReceived", frame)
    session.send("Network.enable")
    return bytes_of


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pictures", type=int, default=20_000, help="how many images the synthetic collection has")
    options.add_argument(
        "--folder", type=Path, help="a folder with collections. One of them is measured instead of the synthetic one"
    )
    options.add_argument("--collection", default="many", help="its name")
    arguments = options.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        if not arguments.folder:
            write_pictures(Path(made) / arguments.collection, arguments.pictures)
        with serving(SEMBLANCE_COLLECTIONS=str(arguments.folder or made), SEMBLANCE_PRELOAD="0") as (server, _):
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            address, sent = f"{server}/explorer?collection={arguments.collection}", received(page)
            first = painted(page, address)
            megabytes = sent["data"] / 1e6
            again = painted(page, address)
            rows = [[name, f"{median(rates):.0f}", f"{np.percentile(rates, 5):.0f}"] for name, rates in moved(page)]
            browser.close()
    print_table(f"The map of {arguments.collection}, Chromium without a GPU", ["frames per second", "median", "p5"], rows)
    print_table(
        "From requesting the page to the map on screen",
        ["request", "seconds", "MB received, without the code of the app"],
        [["first since the server started", f"{first:.1f}", f"{megabytes:.1f}"], ["again", f"{again:.1f}", ""]],
    )


if __name__ == "__main__":
    main()
