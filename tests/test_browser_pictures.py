"""A picture, a region of it, uploaded pictures, and the path between words, in a real browser."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browsing import RECORDING, open_page, tiles, wait_until_drawn, wait_until_settled
from tests.conftest import BUNDLED
from tests.walkthrough import A_CAT, CAT
from tests.zips import zipped

PHOTOS = BUNDLED / "collections/photos/images"
pytestmark = pytest.mark.browser

PASTE = """(data) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], "image.png", { type: "image/png" }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def png_of(path: Path, side: int = 0) -> bytes:
    image = Image.open(path).convert("RGB")
    if side:
        image = image.resize((side, side))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def collage(left: Path, right: Path) -> bytes:
    """Return two pictures side by side."""
    image = Image.new("RGB", (800, 400), "white")
    for place, path in enumerate((left, right)):
        image.paste(Image.open(path).convert("RGB").resize((400, 400)), (400 * place, 0))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def upload(page: Page, name: str, content: bytes) -> None:
    page.get_by_text("Upload", exact=True).click()
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "image/png", "buffer": content})


def drag(page: Page, on: Locator, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from one place to another, in shares of the element's width and height."""
    box = on.bounding_box()
    assert box
    (x, y), (to_x, to_y) = ((box["x"] + across * box["width"], box["y"] + down * box["height"]) for across, down in (begin, end))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + to_x) / 2, (y + to_y) / 2)
    page.mouse.move(to_x, to_y)
    page.mouse.up()


def drop(page: Page, *files: tuple[str, bytes]) -> None:
    page.get_by_role("button", name="Choose pictures").wait_for()
    page.locator(".st-key-photos_zone input[type=file]").set_input_files(
        [
            FilePayload(name=name, mimeType="application/zip" if name.endswith(".zip") else "image/webp", buffer=content)
            for name, content in files
        ]
    )


DROP = """(zone, data) => {
  const find = (root) => root.querySelector(".zone") || [...root.querySelectorAll("*")].map((each) => each.shadowRoot && find(each.shadowRoot)).find(Boolean);
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))], "dropped.webp", { type: "image/webp" }));
  for (const kind of ["dragover", "drop"]) find(zone).dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
}"""


def test_a_picture_from_the_camera(page: Page, address: str) -> None:
    page.goto(f"{address}/image_search")
    page.get_by_text("Camera", exact=True).click()
    shoot = page.get_by_role("button", name="Take Photo")
    expect(shoot).to_be_enabled()
    page.wait_for_function(RECORDING)
    shoot.click()
    expect(page.locator(".st-key-image_search_crop .name")).to_have_text("camera picture")
    expect(tiles(page, "meaning").first).to_be_visible()


def test_dropped_pictures_are_uploaded(page: Page, address: str) -> None:
    page.goto(f"{address}/photos")
    page.get_by_role("button", name="Choose pictures").wait_for()
    page.locator(".st-key-photos_zone").evaluate(DROP, base64.b64encode(CAT.read_bytes()).decode())
    expect(page.get_by_role("heading", name="1 picture")).to_be_visible()
    expect(tiles(page, "photos")).to_have_text(["cat"])
    page.get_by_role("link", name="Search them with a picture").click()
    expect(page.get_by_text("There are no other pictures in this collection").first).to_be_visible()


def test_paste_a_picture(page: Page, address: str) -> None:
    page.goto(f"{address}/image_search?collection=photos")
    expect(tiles(page, "meaning").first).to_be_visible()
    page.evaluate(PASTE, base64.b64encode(png_of(CAT, 2400)).decode())  # larger than what the browser sends
    expect(page.locator(".st-key-image_search_crop .name")).to_have_text("pasted picture")
    expect(tiles(page, "meaning").first).to_have_text("cat")
    shown = page.locator(".st-key-image_search_crop img")
    assert shown.evaluate("(image) => image.naturalWidth") <= 1024


def test_pasted_text_is_no_picture(page: Page, address: str) -> None:
    page.goto(f"{address}/image_search?item=violin")
    box = page.get_by_role("combobox")
    box.focus()
    page.evaluate("""() => { const clipboardData = new DataTransfer(); clipboardData.setData("text/plain", "sea");
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })); }""")
    expect(page.locator(".st-key-image_search_crop .name")).to_have_text("violin")


def test_a_region_by_mouse(page: Page, address: str) -> None:
    page.goto(f"{address}/labels?collection=photos")
    upload(page, "both.png", collage(CAT, PHOTOS / "butterfly.webp"))
    image = page.locator(".st-key-labels_crop img")
    expect(page.locator(".st-key-labels_crop .name")).to_have_text("both.png")
    drag(page, image, (0.03, 0.03), (0.47, 0.97))
    expect(page.get_by_role("heading", name=A_CAT)).to_be_visible()
    expect(page.locator(".st-key-labels_crop .box")).to_be_visible()
    page.get_by_role("button", name="Whole picture").click()
    expect(page.locator(".st-key-labels_crop .box")).to_be_hidden()
    drag(page, image, (0.55, 0.05), (0.98, 0.95))
    expect(page.get_by_role("heading", name=re.compile(r"\bbutterfly$"))).to_be_visible()
    drag(page, image, (0.75, 0.5), (0.2, 0.5))  # moves the box
    expect(page.get_by_role("heading", name=A_CAT)).to_be_visible()


def test_a_region_by_keyboard_and_in_the_link(page: Page, address: str) -> None:
    page.goto(f"{address}/image_search?item=orchestra&collection=photos")
    expect(tiles(page, "meaning").first).to_be_visible()
    page.get_by_role("button", name="Select a region").press("Enter")
    expect(page).to_have_url(f"{address}/image_search?item=orchestra&collection=photos&crop=200%2C200%2C600%2C600")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.wait_for_url("**crop=220%2C200%2C600%2C620")
    with_box = tiles(page, "meaning").all_text_contents
    page.reload()
    box = page.locator(".st-key-image_search_crop .box")
    expect(box).to_have_attribute("style", "left: 22%; top: 20%; width: 60%; height: 62%;")
    expect(tiles(page, "meaning").nth(3)).to_be_visible()
    assert with_box()
    box.press("Escape")
    expect(page).to_have_url(f"{address}/image_search?item=orchestra&collection=photos")


def test_a_picture_combined_with_words(page: Page, address: str) -> None:
    page.goto(f"{address}/image_search?item=violin")
    expect(tiles(page, "meaning").first).to_have_text("cello")
    box = page.get_by_role("combobox")
    box.fill("sea")
    box.press("Enter")
    expect(page.get_by_role("heading", name="This picture and sea")).to_be_visible()
    expect(tiles(page, "sum").first).to_be_visible()
    names = tiles(page, "sum").all_text_contents()
    assert {"cello", "dolphin"} <= set(names)  # similar to the picture, and to the word
    assert "violin" not in names
    assert "dolphin" not in tiles(page, "meaning").all_text_contents()
    expect(page).to_have_url(f"{address}/image_search?item=violin&q=sea")


def test_results_are_in_view_on_a_laptop(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{address}/image_search?item=violin")
    for grid in ("meaning", "looks"):
        expect(page.locator(f".st-key-grid-{grid} .tile").first).to_be_in_viewport(ratio=1)
    expect(page.locator(".st-key-image_search_crop img")).to_be_in_viewport(ratio=1)


def test_uploads_are_searched_private_and_deleted(page: Page, browser: Browser, address: str) -> None:
    page.goto(f"{address}/photos")
    drop(
        page,
        ("IMG_1.webp", CAT.read_bytes()),
        ("IMG_2.webp", (PHOTOS / "orchestra.webp").read_bytes()),
        ("broken.png", b"no picture"),
        ("more.zip", zipped(PHOTOS / "butterfly.webp", PHOTOS / "windmill.webp")),
    )
    expect(page.get_by_role("heading", name="4 pictures")).to_be_visible()
    expect(page.get_by_text("1 could not be read").first).to_be_visible()
    expect(tiles(page, "photos")).to_have_count(4)
    box = page.get_by_role("combobox")
    expect(box).to_be_in_viewport(ratio=1)  # the search is in view after the upload
    box.fill("kitten")
    box.press("Enter")
    expect(tiles(page, "photos-results").first).to_have_text("cat")
    page.get_by_role("link", name="See all, filter and sort").click()
    source = page.locator(".st-key-grid-text img").first.get_attribute("src")
    assert source and source.startswith("data:image/webp;base64,")

    link = page.url
    assert "collection=your+pictures" in link
    with open_page(browser) as other:
        other.goto(link)
        expect(other.get_by_text("This link is to uploaded pictures")).to_be_visible()
        expect(tiles(other, "text").first).to_be_visible()
        assert "data:image" not in str(other.locator(".st-key-grid-text img").first.get_attribute("src"))
        assert other.request.get(f"{address}/pictures/your%20pictures/images/img-1-00000.webp").status == 404

    page.get_by_role("link", name="Your pictures").click()
    page.get_by_role("button", name="Delete all").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("There are no pictures here yet")).to_be_visible()
    expect(page.get_by_text("your pictures", exact=True)).to_have_count(0)
    expect(page.get_by_text("This link is to uploaded pictures")).to_have_count(0)
    drop(page, ("again.webp", CAT.read_bytes()))
    expect(page.get_by_role("heading", name="1 picture")).to_be_visible()


def test_from_word_to_word(page: Page, address: str) -> None:
    page.goto(f"{address}/words")
    page.get_by_text("Word to word", exact=True).click()
    steps = page.locator(".st-key-word-path .word")
    expect(steps).to_have_count(7)
    expect(steps.first).to_have_text("car")
    page.get_by_role("textbox", name="From", exact=True).fill("tiger")
    page.get_by_role("textbox", name="To", exact=True).fill("car")
    page.get_by_role("textbox", name="To", exact=True).press("Enter")
    expect(steps.first).to_have_text("tiger")
    expect(steps.last).to_have_text("car")
    expect(page.locator(".st-key-word-path img").nth(3)).to_be_visible()
    page.reload()
    expect(steps.last).to_have_text("car")
    page.get_by_role("button", name="Words similar to truck").click()
    page.locator(".st-key-words_found").get_by_role("button", name="pickup").click()
    expect(page.get_by_role("heading", name="Most similar to pickup")).to_be_visible()


@pytest.mark.parametrize(
    "view", ["image_search?item=violin&crop=100,100,500,500&q=sea", "labels", "photos", "words", "words?mode=way"]
)
def test_pages_fit_a_phone(phone: Page, address: str, view: str) -> None:
    phone.goto(f"{address}/{view}")
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    wait_until_drawn(phone)
    wait_until_settled(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
