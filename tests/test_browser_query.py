"""The query in a real browser: how it is read, examples, threshold, filters, downloads, and a page that does not jump."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from devise_core import Engine
from devise_core.collections.writer import write_collection
from devise_core.storage.paths import CollectionLayout
from tests.browsing import served, tiles
from tests.fakes import image_file

pytestmark = pytest.mark.browser


def search(page: Page, query: str) -> None:
    box = page.get_by_role("combobox", name="Search")
    box.fill(query)
    box.press("Enter")


def test_words_pictures_and_weights_in_one_sum(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search")
    search(page, "like:violin + 2*sea -guitar")
    for tag in ("violin", "sea", "− guitar"):
        expect(page.get_by_text(re.compile(rf"{tag} \d+%"))).to_be_visible()
    shares = [
        int(share)
        for share in re.findall(r"(\d+)%", page.locator(".stMarkdown", has_text="How much each part counts").inner_text())
    ]
    assert 99 <= sum(shares) <= 101
    assert max(shares) == shares[1]  # sea
    page.locator(".stMarkdown", has_text="How much each part counts").get_by_test_id("stTooltipIcon").hover()
    expect(page.get_by_text("The lists in this box show the words most similar")).to_be_visible()


def test_an_error_points_to_its_position(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search")
    search(page, "horse -")
    expect(page.get_by_test_id("stAlert")).to_contain_text("at character 8")
    expect(page.get_by_test_id("stCode").locator("code")).to_have_text(re.compile(r"^horse -\n {7}\^\s*$"))


def test_an_example_in_the_help_is_searched_for_with_a_click(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird&p=2")
    page.get_by_role("button", name="What can I write?").click()
    page.get_by_role("button", name="king - man + woman").click()
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Search")).to_have_value("king - man + woman")
    expect(page).to_have_url(f"{address}/text_search?q=king+-+man+%2B+woman")


def test_examples_suit_the_collection_and_a_second_click_clears_the_query(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?collection=photos")
    examples = page.locator("[class*=st-key-examples-text] button")
    expect(examples).to_have_count(6)
    of_photos = examples.all_inner_texts()
    examples.first.click()
    expect(page.get_by_role("combobox", name="Search")).to_have_value(of_photos[0])
    expect(tiles(page, "text").first).to_be_visible()
    examples.first.click()
    expect(page.get_by_text("click an example")).to_be_visible()
    page.get_by_text("Cut-outs", exact=True).click()
    expect(page).to_have_url(f"{address}/text_search")
    expect(examples).not_to_have_text(of_photos)


def test_the_threshold_is_shown_and_can_be_changed(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird")
    expect(tiles(page, "text").first).to_be_visible()
    strong = tiles(page, "text").count()
    page.get_by_role("button", name="Minimum similarity: ").click()
    slider = page.get_by_role("slider", name="Minimum similarity")
    suggested = round(100 * float(slider.input_value()))
    for step in range(1, 6):
        slider.press("ArrowRight")
        assert round(100 * float(slider.input_value())) == suggested + step
    expect(page).to_have_url(re.compile(rf"cut={suggested + 5}\b"))
    expect(page.get_by_role("button", name=f"Minimum similarity: 0.{suggested + 5}")).to_be_visible()
    expect(tiles(page, "text")).not_to_have_count(strong)
    expect(page.locator(".st-key-grid-text .weak")).to_have_count(0)
    assert tiles(page, "text").count() < strong
    page.goto(f"{address}/text_search?q=dinosaur&collection=photos")
    expect(page.get_by_test_id("stAlert")).to_contain_text("No picture here clearly shows “dinosaur”.")
    expect(tiles(page, "text")).to_have_count(5)
    page.get_by_text("Show all weak matches").click()
    expect(page.locator(".st-key-grid-text .weak")).to_have_count(24)


def test_filters_and_order(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird")
    expect(tiles(page, "text").filter(has_text=re.compile("^penguin$"))).to_have_count(1)
    page.get_by_role("button", name="Filters").click()
    without = page.get_by_role("combobox", name="Exclude labels")
    without.fill("penguin")
    page.get_by_role("option", name="penguin", exact=True).click()
    expect(page).to_have_url(re.compile("no=penguin"))
    expect(page.get_by_text("filtered out").first).to_be_visible()
    expect(tiles(page, "text").filter(has_text=re.compile("^penguin$"))).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_text("By name", exact=True).click()
    expect(tiles(page, "text").first).to_have_text("adelaide rosella")
    names = tiles(page, "text").all_text_contents()
    assert names == sorted(names)


def test_filter_by_category_and_label(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird&weak=1")
    expect(tiles(page, "text")).to_have_count(24)
    page.get_by_role("button", name="Filters").click()
    for name, chosen, url in (("Category", "clothes", "in=clothes"), ("Label", "sombrero", "label=sombrero")):
        page.get_by_role("combobox", name=name, exact=True).fill(chosen)
        page.get_by_role("option", name=chosen, exact=True).click()
        expect(page).to_have_url(re.compile(url))
    expect(tiles(page, "text")).to_have_text(["sombrero"])


@pytest.fixture
def repeated(tmp_path: Path, engine: Engine) -> Iterator[str]:
    """The app over a collection that has the violin three times."""
    layout, collection = CollectionLayout(tmp_path / "thrice"), engine.collection
    layout.images.mkdir(parents=True)
    ids = ("violin", "violin", "violin", "cello", "trumpet", "horse")
    rows = [collection.row(each) for each in ids]
    items = [replace(collection.items[row], id=f"{number}", file=f"images/{number}.webp") for number, row in enumerate(rows)]
    for item, row in zip(items, rows, strict=True):
        shutil.copy(image_file(collection, row), layout.root / item.file)
    write_collection(layout, items, collection.features[rows], collection.embeddings[rows], engine.model_id, "a test")
    with served(SEMBLANCE_COLLECTIONS=str(tmp_path), SEMBLANCE_PRELOAD="0") as url:
        yield url


def test_near_duplicates_are_folded(page: Page, repeated: str) -> None:
    page.goto(f"{repeated}/text_search?q=violin&collection=thrice&weak=1")
    expect(page.get_by_text("2 near-duplicates grouped").first).to_be_visible()  # it is also announced
    expect(tiles(page, "text").filter(has_text="violin")).to_have_count(1)
    expect(page.locator(".st-key-grid-text .tile").first).to_contain_text("+ 2 near-duplicates")


def test_the_selection_as_json_and_zip(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=violin")
    expect(tiles(page, "text").first).to_be_visible()
    page.get_by_role("button", name="Select all on this page").click()
    count = tiles(page, "text").count()
    expect(page.get_by_text(f"{count} selected").first).to_be_in_viewport()
    files: dict[str, bytes] = {}
    for name in ("JSON", "Pictures"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        files[name] = download.value.path().read_bytes()
    assert len(json.loads(files["JSON"])) == count
    with zipfile.ZipFile(io.BytesIO(files["Pictures"])) as archive:
        assert sum(name.endswith(".webp") for name in archive.namelist()) == count
    page.locator(".st-key-tray").get_by_role("button", name="Clear").click()
    expect(page.get_by_text(f"{count} selected")).to_have_count(0)
    expect(tiles(page, "text")).to_have_count(count)  # the query was not cleared


def test_a_search_shows_at_once_and_nothing_jumps(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird")
    expect(tiles(page, "text").first).to_have_text("pigeon")
    before = top(page.locator(".st-key-grid-text"))
    page.evaluate("""() => { const find = (root) => { for (const each of root.querySelectorAll("*")) {
        if (each.matches("form") && each.querySelector("[role=combobox]")) return each;
        const inner = each.shadowRoot && find(each.shadowRoot); if (inner) return inner; } };
      const form = find(document); window.busy = false;
      new MutationObserver(() => { window.busy ||= form.getAttribute("aria-busy") === "true"; }).observe(form, { attributes: true }); }""")
    search(page, "violin")
    expect(tiles(page, "text").first).to_have_text("violin")
    assert page.evaluate("window.busy")
    assert top(page.locator(".st-key-grid-text")) == before
    page.get_by_test_id("stSidebar").get_by_role("link", name="Home").click()
    grid = page.locator(".st-key-grid-home")
    expect(tiles(page, "home").first).to_be_visible()
    assert grid.evaluate("grid => parseFloat(getComputedStyle(grid).minHeight)") > 200  # room is kept for the pictures


def top(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return box["y"]


def test_word_arithmetic(page: Page, address: str) -> None:
    page.goto(f"{address}/words")
    page.get_by_text("Arithmetic", exact=True).click()
    expect(page.get_by_role("heading", name="tea − leaf + bean ≈ coffee")).to_be_visible()
    search(page, "paris - france + italy")
    expect(page.get_by_role("heading", name="≈ rome")).to_be_visible()
    expect(page.get_by_text("No picture here clearly shows “paris - france + italy”.").first).to_be_visible()
    expect(page).to_have_url(re.compile("mode=sum"))
