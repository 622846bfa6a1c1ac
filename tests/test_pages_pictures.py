"""The pages for any picture, for one's own photos and for word play: with good input and with bad."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from devise_core import Engine
from devise_core.collections.in_memory import InMemoryCollection
from devise_core.settings import Settings
from devise_core.untrusted.upload_indexing import index_uploads
from tests.test_pages import CAT, ROOT, app, checked, drawn, names, said
from ui.picture import similar_images as likepicture
from ui.picture.crop import Region
from ui.picture.dropzone import Batch, batch_of, decode
from ui.server.engine_cache import ALBUM, CHOSEN, OWN

PHOTOS = CAT.parent
LIMITS = Settings()


def shown(test: AppTest) -> list[Any]:
    """Source, name and box of the picture chosen."""
    return list(drawn(test, "crop")[0])


@pytest.fixture(scope="module")
def mine(engine: Engine) -> Engine:
    files = [(f"summer/{name}.webp", (PHOTOS / f"{name}.webp").read_bytes()) for name in ("cat", "orchestra", "butterfly")]
    return engine.on(InMemoryCollection(OWN, index_uploads(files, engine.encoder, LIMITS).images))


def over_mine(mine: Engine, page: str, **parameters: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "ui/router.py"), default_timeout=60)
    if page != "home":
        test.switch_page(f"../pages/{page}.py")
    test.session_state[ALBUM] = mine
    for name, value in {CHOSEN: OWN, **parameters}.items():
        test.query_params[name] = value
    return checked(test.run())


@pytest.mark.parametrize(
    "crop", ["", "nonsense", "0,0,1000,1001", "-1,0,500,500", "0,0,5,5", "1e3,0,10,10", "0,0,500", "٣,0,500,500"]
)
def test_a_box_that_is_none_is_the_whole_picture(crop: str) -> None:
    src, name, box = shown(app("image_search", item="violin", crop=crop))
    assert src.startswith("pictures/stamps/images/violin")
    assert (name, box) == ("violin", None)


def test_a_box_in_a_link_is_what_is_searched_by() -> None:
    whole, part = (app("labels", item="orchestra", collection="photos", **crop) for crop in ({}, {"crop": "100,300,300,400"}))
    assert shown(part)[2] == [100, 300, 300, 400]
    assert not part.error
    assert whole.header[0].value != part.header[0].value
    assert "orchestra" not in names(app("image_search", item="orchestra", collection="photos", crop="100,300,300,400"))


def test_a_box_belongs_to_the_picture_of_the_link() -> None:
    assert shown(app("image_search", crop="100,100,500,500"))[2] is None
    test = app("image_search", item="violin", crop="100,100,500,500")
    test.button_group(key="image_search_sample_stamps-0").set_value("camel").run()
    assert shown(checked(test))[1:] == ["camel", None]
    assert "crop" not in test.query_params
    assert test.query_params["item"] == "camel"


def test_cut() -> None:
    image = Image.new("RGB", (101, 50))
    assert Region(0, 0, 1000, 1000).cut(image).size == (101, 50)
    assert Region(500, 0, 500, 500).cut(image).size == (51, 25)
    assert Region(990, 990, 10, 10).cut(Image.new("RGB", (1, 1))).size == (1, 1)
    for bad in (None, [], "1,2,3,4", [0, 0, 1000], [True, 0, 500, 500], [0.5, 0, 500, 500], [600, 0, 500, 500]):
        assert Region.of(bad) is None


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("sea", "like:photo + sea"),
        ("-people", "like:photo -people"),
        ("+ 2*red", "like:photo + 2*red"),
        ("2*like:photo -sea", "2*like:photo -sea"),
    ],
)
def test_the_picture_joins_the_sum(words: str, query: str) -> None:
    assert likepicture.with_picture(words) == query


def test_this_picture_but_with_words() -> None:
    test = app("image_search", item="violin", q="sea")
    first = [tile["name"] for tile in drawn(test, "tiles")[0][0]]
    assert {"cello", "dolphin"} <= set(first)
    assert "violin" not in first
    assert test.header[0].value == "This picture and sea"


@pytest.mark.parametrize(
    ("words", "says"),
    [("qwxzv", "Left out, no word vector: qwxzv"), ("violin^", "needs a number"), ("like:nothing", "There is no picture")],
)
def test_words_that_cannot_be_added_leave_the_rest(words: str, says: str) -> None:
    test = app("image_search", item="violin", q=words)
    assert says in said(test).replace("\\", "")
    assert "Alike in looks" in said(test)


def test_the_uploaded_picture_is_shown_and_kept_for_the_other_page() -> None:
    test = app("image_search")
    test.button_group(key="image_search_way").set_value("Upload").run()
    test.file_uploader(key="image_search_file").set_value(("my.webp", CAT.read_bytes(), "image/webp")).run()
    src, name, box = shown(checked(test))
    assert (name, box) == ("my.webp", None)
    image = Image.open(io.BytesIO(base64.b64decode(src.removeprefix("data:image/jpeg;base64,"))))
    assert image.size == Image.open(CAT).size
    assert not image.getexif()


def test_an_address_is_offered_only_where_it_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    from ui.picture import choose as picture

    assert "Address" not in app("image_search").button_group(key="image_search_way").options
    monkeypatch.setattr(picture, "settings", lambda: Settings(url_search=True))
    from devise_core.untrusted import url_fetch

    monkeypatch.setattr(url_fetch, "settings", lambda: Settings(url_search=True))
    test = app("image_search")
    test.button_group(key="image_search_way").set_value("Address").run()
    test.text_input(key="image_search_url").set_value("http://127.0.0.1/cat.jpg").run()
    assert len(checked(test).error) == 1


def test_photos_begins_empty() -> None:
    test = app("photos")
    assert "Nothing here yet" in said(test)
    taken, room, _, most = drawn(test, "dropzone")[0]
    assert (taken, room, most) == (0, 200, [LIMITS.upload_bytes, LIMITS.zip_bytes])


@pytest.mark.parametrize(
    ("page", "parameters", "first"),
    [
        ("home", {"q": "kitten"}, "summer"),
        ("text_search", {"q": "kitten"}, "summer"),
        ("image_search", {"item": "cat-00000"}, "summer"),
        ("photos", {}, "summer"),
        ("words", {"q": "kitten"}, "summer"),
    ],
)
def test_pages_over_own_photos(mine: Engine, page: str, parameters: dict[str, str], first: str) -> None:
    test = over_mine(mine, page, **parameters)
    assert names(test)[0] == first
    assert not test.error
    assert all(tile["src"].startswith("data:image/webp;base64,") for grid in drawn(test, "tiles") for tile in grid[0])
    assert test.button_group(key="collection").options == ["stamps", "photos", OWN]


@pytest.mark.parametrize("page", ["labels", "explorer", "results"])
def test_other_pages_over_own_photos(mine: Engine, page: str) -> None:
    test = over_mine(mine, page)
    assert test.title
    assert not test.error


def test_own_photos_are_forgotten(mine: Engine) -> None:
    test = over_mine(mine, "photos")
    assert "3 photos" in said(test)
    test.button(key="photos_forget").click().run()
    assert "Nothing here yet" in said(checked(test))
    assert ALBUM not in test.session_state
    assert test.button_group(key="collection").options == ["stamps", "photos"]


def test_a_link_to_photos_of_another_visit() -> None:
    test = app("text_search", q="violin", collection=OWN)
    assert "photos of another visit" in test.info[0].value
    assert names(test)[0] == "violin"


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "x",
        [],
        [1, 2],
        [1, 2, 3],
        [1, [["a"]], [["b"]]],
        [1, [["a.png", 5]], [[1]]],
        [1, [["a.png", "no base64!"]], []],
        {"a": 1},
    ],
)
def test_a_batch_may_be_anything(sent: Any) -> None:
    assert batch_of(sent, LIMITS).files == []


def test_a_batch() -> None:
    assert batch_of([3, [["a.png", base64.b64encode(b"abc").decode()]], [["b.zip", "has 90.0 MB."]]], LIMITS) == Batch(
        3, [("a.png", b"abc")], ["b.zip has 90.0 MB."]
    )
    assert decode("A" * 40, 20) is None


@pytest.mark.parametrize(
    ("query", "says"),
    [("qwxzv", "No word vector"), ("🎻", "no word to search for"), ("king -", "A term is missing"), ("violin - violin", "cancel")],
)
@pytest.mark.parametrize("mode", ["near", "sum"])
def test_bad_words_get_a_sentence(query: str, says: str, mode: str) -> None:
    assert says in said(app("words", q=query, mode=mode)).replace("\\", "")


def test_a_sum_of_words() -> None:
    test = app("words", mode="sum", q="king - man + woman")
    assert test.header[0].value == "king − man + woman ≈ queen"
    test.button(key="word-queen").click().run()
    assert checked(test).header[0].value == "Nearest to queen"


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ("sea", "sea", "same vector"),
        ("sea", "", "no word to search for"),
        ("qwxzv", "sea", "No word vector for “qwxzv”"),
        ("<script>sea", "violin", None),
        ("new york", "castle", None),
    ],
)
def test_the_way_between_two_words(a: str, b: str, says: str | None) -> None:
    test = app("words", mode="way", a=a, b=b)
    if says:
        assert says in said(test).replace("\\", "")
    else:
        steps = drawn(test, "way")[0][0]
        assert (steps[0]["word"], steps[-1]["word"], len(steps)) == (a, b, 7)
        assert len({step["id"] for step in steps}) == 7


def test_a_mode_that_is_none_is_the_first() -> None:
    assert app("words", mode="<script>").header[0].value == "Nearest to violin"


def test_what_is_pasted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The callback, with what a browser sends."""
    from ui.picture import paste

    taken: list[bytes] = []
    monkeypatch.setattr(paste, "_PASTE", lambda key, data, on_picture_change: on_picture_change())
    for sent in (None, 5, "%%%", "A" * 400, base64.b64encode(b"picture").decode()):
        monkeypatch.setattr(paste, "st", SimpleNamespace(session_state={"k": {"picture": sent}}))
        paste.paste("k", True, 100, taken.append)
    assert taken == [b"picture"]
