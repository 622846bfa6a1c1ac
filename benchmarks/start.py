"""From starting the server to the first text result on screen in Chromium, against Streamlit's one-line hello page, in turn."""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.table import median, print_table
from devise_core.storage.paths import REPOSITORY

SHOWN = """selector => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? all(node.shadowRoot) : [])]);
  return all(document).some((node) => node.matches(selector) && node.getBoundingClientRect().height > 0
    && (node.tagName !== "IMG" || (node.complete && node.naturalWidth > 0)));
}"""
"""Whether an element is laid out, and an image is there. Asked at every frame: a locator may wait half a second between looks."""
HELLO = 'import streamlit as st\nst.write("hello")\n'


def seconds(browser: Browser, folder: Path, script: str, path: str, shown: str) -> float:
    """From starting a server on ``script`` until an element of the selector ``shown`` is in a new browser page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        script,
        "--server.headless",
        "true",
        "--server.port",
        str(port),
        "--server.address",
        "127.0.0.1",
        "--browser.gatherUsageStats",
        "false",
    ]
    page = browser.new_page()
    began = time.perf_counter()
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=7)
    runs = options.parse_args().runs
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"])
        (Path(folder) / "hello.py").write_text(HELLO)
        ours, hello = [], []
        for _ in range(runs + 1):  # in turn, so that a slower minute of the machine slows both; the first pair is not counted
            hello.append(seconds(browser, Path(folder), "hello.py", "", "[data-testid=stMarkdownContainer] p"))
            ours.append(seconds(browser, REPOSITORY, "streamlit_app.py", "?q=violin", ".tile img"))
        browser.close()
    ratio = median([mine / theirs for mine, theirs in zip(ours[1:], hello[1:], strict=True)])
    print_table(
        f"Medians of {runs} pairs",
        ["from starting the server to", "seconds"],
        [
            ["Streamlit's hello on screen", f"{median(hello[1:]):.2f}"],
            ["the first pictures for “violin” on screen", f"{median(ours[1:]):.2f}"],
            ["ratio, wanted ≤ 1.6", f"{ratio:.2f}"],
        ],
    )


if __name__ == "__main__":
    main()
