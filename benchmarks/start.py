"""Measure the time from starting the server to the first search results in Chromium, against a one-line Streamlit page."""

from __future__ import annotations

import argparse
import shutil
import socket
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.server import APP, free_port, start
from benchmarks.table import median, print_table

SHOWN = """selector => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? all(node.shadowRoot) : [])]);
  return all(document).some((node) => node.matches(selector) && node.getBoundingClientRect().height > 0
    && (node.tagName !== "IMG" || (node.complete && node.naturalWidth > 0)));
}"""
"""Whether an element is laid out and its image has arrived. Checked at every frame, because a locator checks only every 500 ms."""
HELLO = 'import streamlit as st\nst.write("hello")\n'


def seconds(browser: Browser, script: Path, path: str, shown: str) -> float:
    """Return the seconds from starting a server until an element is visible in a new browser page.

    Args:
        browser: A running browser.
        script: The Streamlit script.
        path: The path of the page.
        shown: The selector of the element.
    """
    port, page = free_port(), browser.new_page()
    began = time.perf_counter()
    server = start(script, port, ("--browser.gatherUsageStats", "false"))
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.01)
        page.goto(f"http://127.0.0.1:{port}/{path}")
        page.wait_for_function(SHOWN, arg=shown, polling="raf", timeout=60_000)
        return time.perf_counter() - began
    finally:
        page.close()
        server.terminate()
        server.wait(20)


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=7)
    runs = options.parse_args().runs
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"])
        script = Path(folder) / "hello.py"
        script.write_text(HELLO)
        ours, hello = [], []
        for _ in range(runs + 1):  # interleaved, so that a slower phase affects both; the first pair is a warm-up
            hello.append(seconds(browser, script, "", "[data-testid=stMarkdownContainer] p"))
            ours.append(seconds(browser, APP, "?q=violin", ".tile img"))
        browser.close()
    ratio = median([mine / theirs for mine, theirs in zip(ours[1:], hello[1:], strict=True)])
    print_table(
        f"Medians of {runs} pairs",
        ["from starting the server to", "seconds"],
        [
            ["Streamlit's one-line page on screen", f"{median(hello[1:]):.2f}"],
            ["the first images for “violin” on screen", f"{median(ours[1:]):.2f}"],
            ["ratio, target ≤ 1.6", f"{ratio:.2f}"],
        ],
    )


if __name__ == "__main__":
    main()
