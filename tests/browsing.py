"""The real server and a real Chromium, for the tests of what a visitor does. Without Chromium these tests fail."""

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
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect, sync_playwright

from tests.browser_pages import visitor_page

ROOT = Path(__file__).parent.parent
PATIENCE = 120
"""Seconds that a test waits for a state, which is enough on a busy machine."""
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""Names of programs that are Chromium. The first has no windows, and needs a third less CPU than the second."""
Result = TypeVar("Result")
expect.set_options(timeout=1000 * PATIENCE)

CONNECTION = """(() => {
  const Socket = WebSocket;
  let held = null;
  window.finishedRuns = 0;  // runs of the page whose messages have all arrived
  const isLastMessage = (data) => {  // a ForwardMsg with script_finished (field 6) that is not FINISHED_EARLY_FOR_RERUN (2)
    const bytes = new Uint8Array(data);
    let at = 0;
    const varint = () => {
      let value = 0, scale = 1, byte;
      do { byte = bytes[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte & 128);
      return value;
    };
    while (at < bytes.length) {
      const tag = varint(), value = varint();
      if (tag === 6 * 8) return value !== 2;
      if (tag % 8 === 2) at += value;
    }
    return false;
  };
  const pass = (callback) => (event) => {
    const isLast = event.data instanceof ArrayBuffer && isLastMessage(event.data);
    if (isLast) window.finishedRuns += 1;
    if (held) held.push([isLast, () => callback(event)]);
    else callback(event);
  };
  window.holdMessages = () => { held = []; };
  window.heldMessages = () => held.length;
  window.deliverRun = () => { while (held.length) { const [isLast, deliver] = held.shift(); deliver(); if (isLast) return; } };
  window.deliverMessages = () => { const rest = held; held = null; for (const [, deliver] of rest) deliver(); };
  window.WebSocket = class extends Socket {
    set onmessage(callback) { super.onmessage = pass(callback); }
    addEventListener(name, callback, options) { super.addEventListener(name, name === "message" ? pass(callback) : callback, options); }
  };
})()"""
"""Counts the runs of the page, and can hold the server's messages back as a slow connection does."""

SETTLED = """() => {
  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((each) => (each.shadowRoot ? roots(each.shadowRoot) : []))];
  const moving = roots(document).flatMap((root) => root.getAnimations()).some(
    (each) => each.playState === "running" && each.effect.getComputedTiming().endTime !== Infinity);
  const parts = [document.body, ...document.querySelectorAll("details, [data-testid=stPopoverBody], [role=dialog]")];
  const layout = JSON.stringify(parts.map((each) => [each.scrollHeight, each.getBoundingClientRect(), getComputedStyle(each).opacity]));
  window.stableFrames = !moving && layout === window.lastLayout ? window.stableFrames + 1 : 0;
  window.lastLayout = layout;
  return window.stableFrames >= 5;
}"""
"""Whether nothing has moved or faded for five frames."""

RECORDING = """() => {
  const video = document.querySelector("[data-testid=stCameraInput] video");
  return video && video.videoWidth > 0 && video.readyState === video.HAVE_ENOUGH_DATA && video.currentTime > 0;
}"""
"""Whether the camera has shown a picture. Before that, there is nothing to take."""


@contextmanager
def served(module: str = "streamlit", base_path: str = "", **environment: str) -> Iterator[str]:
    """Run the app and yield its address.

    Args:
        module: The module that runs it.
        base_path: Where the pages are, such as "/demo".
        environment: Further environment variables. The model is run by ONNX Runtime, which starts faster, unless they say otherwise.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"headless": "true", "port": str(port), "address": "127.0.0.1", "fileWatcherType": "none", "baseUrlPath": base_path}
    arguments = [part for name, value in options.items() for part in (f"--server.{name}", value)]
    server = subprocess.Popen(
        [sys.executable, "-m", module, "run", "streamlit_app.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "SEMBLANCE_RUNTIME": "onnx", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}{base_path}"
    try:
        _wait_until_healthy(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _wait_until_healthy(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=PATIENCE).close()
            return
        except OSError:
            assert server.poll() is None, "the server has stopped"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of the app, which loads the model in the background."""
    with served(SEMBLANCE_PRELOAD="1", SEMBLANCE_RUNTIME="keras") as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium with a fake camera."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, CHROMIUM)), None),  # or the one that `playwright install` fetched
            timeout=1000 * PATIENCE,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
            ],
        )
        yield browser
        browser.close()


@contextmanager
def open_page(browser: Browser, new: bool = False, **options: Any) -> Iterator[Page]:
    """Open a page with a connection that can be held back. Fail if a script on the page fails.

    Args:
        browser: The browser.
        new: Whether no other test has used the page or will use it, so that it may be changed for good.
        options: The options of its context.
    """
    with visitor_page(browser, CONNECTION, new, **{"viewport": {"width": 1280, "height": 900}, **options}) as page:
        page.set_default_timeout(1000 * PATIENCE)
        yield page


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """The page of a visitor who comes for the first time."""
    with open_page(browser) as page:
        yield page


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Page]:
    """A page that the test may change for good."""
    with open_page(browser, new=True) as page:
        yield page


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page on a phone with a touch screen."""
    with open_page(browser, viewport={"width": 390, "height": 844}, has_touch=True) as page:
        yield page


def finished_runs(page: Page) -> int:
    """Return how many runs of the page the server has finished."""
    return int(page.evaluate("finishedRuns"))


def wait_for_run(page: Page, earlier: int) -> None:
    """Wait until the server has finished more runs than ``earlier``. Its messages may be held back."""
    page.wait_for_function("earlier => finishedRuns > earlier", arg=earlier)


def go_to(page: Page, path: str) -> None:
    """Go to another view of the app, as Back does. The page is not loaded again, and the server has run the view."""
    earlier = finished_runs(page)
    page.evaluate("path => { history.pushState({}, '', path); dispatchEvent(new PopStateEvent('popstate', { state: {} })); }", path)
    wait_for_run(page, earlier)


def wait_until_drawn(page: Page) -> None:
    """Wait until the page has run and nothing on it is a placeholder."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


def wait_until_settled(page: Page) -> None:
    """Wait until nothing is a placeholder, and nothing moves or fades."""
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.wait_for_function(SETTLED, polling="raf")


def tiles(page: Page, grid: str) -> Locator:
    """Return the names under the pictures of a grid."""
    return page.locator(f".st-key-grid-{grid} .name")


def home_status(view: Page | Frame) -> Locator:
    """Return the sentence above the results on Home. A screen reader is told the same sentence a moment later, in another element."""
    return view.locator(".results .status")


def open_map(page: Page, address: str, query: str = "") -> Locator:
    """Open the map explorer and return the map, once it is drawn and nothing moves."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{address}/explorer{query}")
    view = page.locator(".map[data-state=ready]")
    expect(view).to_be_visible()
    expect(view).to_have_attribute("data-seen", re.compile(r"\d+"))
    return view


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for a state. Fail if it does not come."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "the state did not come"
        time.sleep(0.02)


def run_session(session: Coroutine[Any, Any, Result]) -> Result:
    """Run a session in a thread of its own. The browser of other tests keeps an event loop running in this one."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, session).result()
