"""The real server and a real Chromium for the tests of what a visitor does. Without Chromium they fail: there is nothing to skip to."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
Result = TypeVar("Result")
expect.set_options(timeout=30_000)


@contextmanager
def served(module: str = "streamlit", **environment: str) -> Iterator[str]:
    """The address of the app, run by ``module`` with ``environment`` besides."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        module,
        "run",
        "streamlit_app.py",
        "--server.headless",
        "true",
        "--server.port",
        str(port),
        "--server.address",
        "127.0.0.1",
        "--server.fileWatcherType",
        "none",
    ]
    server = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1)
                break
            except OSError:
                assert server.poll() is None, "the server stopped"
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with served(SEMBLANCE_PRELOAD="1") as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is needed: install it (Debian: apt-get install chromium)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test if the browser reports an uncaught error."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert not errors


def tiles(page: Page, grid: str) -> Locator:
    """The names under the pictures of a grid."""
    return page.locator(f".st-key-grid-{grid} .name")


def run_session(session: Coroutine[Any, Any, Result]) -> Result:
    """Run a session in a thread of its own. The browser of other tests keeps an event loop running in this one."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, session).result()


def open_map(page: Page, address: str, query: str = "") -> Locator:
    """Open the map explorer and return the map, once it is drawn and nothing moves."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{address}/explorer{query}")
    view = page.locator(".map[data-state=ready]")
    expect(view).to_be_visible()
    expect(view).to_have_attribute("data-seen", re.compile(r"\d+"))
    return view
