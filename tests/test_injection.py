"""Injection in a real browser. Labels, file names, queries and every parameter of the address are text, and none of it runs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from devise_core.collections.items_file import write_items
from devise_core.collections.projection import project
from devise_core.datatypes import Item
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import CollectionLayout
from tests.browsing import open_page, served, tiles
from tests.conftest import BUNDLED
from tests.payloads import PAYLOADS, PROBE
from ui.text import plain_name

pytestmark = pytest.mark.browser
PAGES = {
    "": ("q", "tour", "open"),
    "text_search": ("q", "in", "out", "label", "no", "year", "cut", "sort", "k", "p", "weak", "tour", "open"),
    "image_search": ("q", "item", "crop", "open"),
    "labels": ("item", "crop", "q", "vocabulary", "labels"),
    "photos": ("q", "item"),
    "explorer": ("q", "item", "map", "dims", "colour", "show", "region"),
    "words": ("mode", "q", "a", "b"),
    "results": ("protocol", "q", "item"),
}
WHOLE = ("text_search", "words")
"""Pages on which every parameter gets each payload. The others read theirs with the same functions and get fewer."""
NAME = "<img src=x onerror=ran(0)> **zqran** $zq$"


def file_name(payload: str) -> str:
    """Return the part of a payload that a file name may contain."""
    return re.sub(r"[/\0]", "", payload)[:80]


def label(payload: str) -> str:
    """Return a payload as a label, with ``|`` replaced because it would separate two labels."""
    return payload.replace("|", "¦")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over a collection in which every text is a payload: its name, and each picture's id, file, labels and so on."""
    root = tmp_path_factory.mktemp("collections")
    made = CollectionLayout(root / NAME)
    made.images.mkdir(parents=True)
    bundled, count = CollectionLayout(BUNDLED / "collections/stamps"), len(PAYLOADS)
    pictures = sorted(bundled.images.iterdir())
    items = []
    for number in range(count):
        text = [PAYLOADS[(number + step) % count] for step in range(7)]
        file = f"images/{number:02}{file_name(text[0])}.webp"
        shutil.copy(pictures[number], made.root / file)
        items.append(
            Item(f"{text[0][:200]}{number}", file, (label(text[1]),), text[2], text[3], text[4], text[5], text[6], taken=text[4])
        )
    write_items(made.items, items)
    embeddings = np.load(bundled.embeddings)[:count]
    np.save(made.embeddings, embeddings)
    np.save(made.features, np.load(bundled.features)[:count])
    project(embeddings, methods=("pca",)).save(made.projections)
    manifest = Manifest(made.root, about={"model": Manifest.read(BUNDLED).files["model.keras"].sha256, "count": count})
    for path in (made.items, made.embeddings, made.features, made.projections):
        manifest.add(path, PAYLOADS[1])
    manifest.write()
    with served(SEMBLANCE_COLLECTIONS=str(root), SEMBLANCE_PRELOAD="0", SEMBLANCE_REQUESTS_PER_MINUTE="10000") as address:
        yield address


@pytest.fixture(scope="module")
def watch(browser: Browser, hostile: str) -> Iterator[tuple[Page, list[str]]]:
    """A page, and the dialogs, windows and requests to other hosts since it was opened."""
    allowed = (hostile, hostile.replace("http", "ws"), "data:", "blob:")
    seen: list[str] = []
    with open_page(browser, new=True) as page:
        page.add_init_script(PROBE)
        page.on("dialog", lambda dialog: seen.append(f"dialog {dialog.message}"))
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.on("popup", lambda popup: seen.append(f"popup {popup.url}"))
        page.on("request", lambda request: None if request.url.startswith(allowed) else seen.append(request.url))
        yield page, seen


@pytest.fixture
def watched(watch: tuple[Page, list[str]]) -> Iterator[Page]:
    """A page that fails the test if a dialog opens, another host is contacted, or a script of the page fails."""
    page, seen = watch
    seen.clear()
    yield page
    assert not seen


def nothing_ran(page: Page) -> None:
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached()
    assert page.evaluate("__found()") == []
    assert page.get_by_test_id("stException").count() == 0


@pytest.mark.parametrize("path", PAGES)
def test_every_parameter_of_the_address(path: str, watched: Page, hostile: str) -> None:
    watched.goto(f"{hostile}/{path}")
    expect(watched.get_by_role("heading", level=1)).to_be_visible()
    nothing_ran(watched)
    for number in range(0, len(PAYLOADS), 1 if path in WHOLE else 4):
        values = {
            name: PAYLOADS[(number + place) % len(PAYLOADS)][:2000]
            for place, name in enumerate((*PAGES[path], "collection", "page"))
        }
        if path == "words" and number % 4:
            values["mode"] = ("near", "sum", "way")[number % 4 - 1]
        if number < len(PAYLOADS) // 2:  # the other half gets a payload, which is no collection's name
            values["collection"] = plain_name(NAME)
        assert watched.evaluate("address => __go(address)", f"/{path}?{urlencode(values)}") == [], values
    nothing_ran(watched)


@pytest.mark.parametrize(
    ("path", "grid"),
    [
        ("text_search?q=bird&weak=1&cut=0&k=96", "text"),
        ("image_search?{item}", "meaning"),
        ("labels?{item}", ""),
        ("explorer?q=bird&{item}&region=pca2%3A0%2C0%3B1000%2C0%3B1000%2C1000%3B0%2C1000", "region"),
        ("words?mode=way&a=dog&b=piano", ""),
        ("results", ""),
        ("", "home"),
    ],
)
def test_every_text_of_a_collection(path: str, grid: str, watched: Page, hostile: str) -> None:
    first = urlencode({"item": f"{PAYLOADS[1]}1"})
    both = "&" if "?" in path else "?"
    watched.goto(f"{hostile}/{path.format(item=first)}{both}{urlencode({'collection': plain_name(NAME)})}")
    expect(watched.get_by_role("heading", level=1)).to_be_visible()
    if grid:
        expect(tiles(watched, grid).first).to_be_visible()
    nothing_ran(watched)
    if path.startswith("text_search"):
        assert tiles(watched, "text").count() == len(PAYLOADS)
        watched.get_by_text("Filters").click()
        watched.get_by_label("Label", exact=True).click()
        expect(watched.get_by_role("option").first).to_be_visible()
        nothing_ran(watched)


def test_every_fact_of_a_picture(watched: Page, hostile: str) -> None:
    """A picture shows seven payloads and shares six of them with the next picture, so every seventh picture covers them all."""
    watched.goto(f"{hostile}/text_search?{urlencode({'q': 'bird', 'weak': 1, 'cut': 0, 'k': 96, 'collection': plain_name(NAME)})}")
    expect(tiles(watched, "text")).to_have_count(len(PAYLOADS))
    places = tiles(watched, "text").all_text_contents()
    for number in range(0, len(PAYLOADS), 7):
        watched.locator(".st-key-grid-text .open").nth(places.index(label(PAYLOADS[(number + 1) % len(PAYLOADS)]))).click()
        expect(watched.get_by_role("dialog").get_by_text("Similar in appearance")).to_be_visible()
        nothing_ran(watched)
        watched.keyboard.press("Escape")
        expect(watched.get_by_role("dialog")).to_have_count(0)


def test_everything_that_can_be_typed(watched: Page, hostile: str) -> None:
    watched.goto(f"{hostile}/text_search")
    box = watched.get_by_role("combobox").first
    for payload in PAYLOADS:
        box.fill(payload[:2000])
        box.press("Enter")
    nothing_ran(watched)
    box.fill("")
    expect(watched.get_by_role("option").first).to_be_visible()  # recent searches
    nothing_ran(watched)
    watched.goto(f"{hostile}/labels")
    expect(watched.get_by_text("Your words", exact=True)).to_be_visible()
    nothing_ran(watched)
    watched.get_by_text("Your words", exact=True).click()
    for number, payload in enumerate(PAYLOADS):
        watched.get_by_label("Your words, separated").fill(f"{payload[:1900]}\nviolin")
        watched.get_by_label("Your words, separated").press("Control+Enter")
        if number % 5 == 4:
            nothing_ran(watched)


def test_names_of_files(watched: Page, hostile: str) -> None:
    watched.goto(f"{hostile}/photos")
    picture = (BUNDLED / "collections/photos/images/cat.webp").read_bytes()
    names = [file_name(payload) for payload in PAYLOADS]
    watched.get_by_role("button", name="Choose pictures").wait_for()
    watched.locator("input[type=file]").set_input_files(
        [
            FilePayload(name=f"{name}.webp", mimeType="image/webp", buffer=picture + bytes([number]))
            for number, name in enumerate(names[::2])
        ]
        + [FilePayload(name=f"{name}.png", mimeType="image/png", buffer=b"no picture") for name in names[1::2]]
    )
    failed = watched.get_by_text(f"{len(names[1::2])} could not be read").first
    expect(failed).to_be_visible()
    failed.click()
    expect(watched.locator("li", has_text=".png").first).to_be_visible()
    nothing_ran(watched)
    watched.goto(f"{hostile}/image_search")
    watched.get_by_text("Upload", exact=True).first.click()
    watched.locator("input[type=file]").set_input_files({"name": f"{names[1]}.webp", "mimeType": "image/webp", "buffer": picture})
    expect(tiles(watched, "meaning").first).to_be_visible()
    nothing_ran(watched)
