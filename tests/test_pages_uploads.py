"""The pages over pictures that a visitor has uploaded to search in."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from devise_core import Engine
from devise_core.collections.in_memory import InMemoryCollection
from devise_core.settings import Settings
from devise_core.untrusted.upload_indexing import index_uploads
from tests.app_testing import CAT, app, checked, component_data, page_text, tile_names, unopened
from ui.blocked_words import NOT_SEARCHED
from ui.missing import OLD_UPLOADS
from ui.picture.dropzone import DroppedFiles, parse_batch
from ui.picture.uploads import MAX_REASON, MAX_SKIPPED, UploadState
from ui.server.engine_cache import CHOSEN, UPLOADS, UPLOADS_ENGINE
from ui.server.file_drop import FileDrop

LIMITS = Settings()


@pytest.fixture(scope="module")
def uploads(engine: Engine) -> Engine:
    """The engine over three uploaded pictures."""
    names = ("cat", "orchestra", "butterfly")
    files = [(f"summer/{name}.webp", (CAT.parent / f"{name}.webp").read_bytes()) for name in names]
    return engine.on(InMemoryCollection(UPLOADS, index_uploads(files, engine.encoder, LIMITS, titles=engine.titles).images))


def app_over(uploads: Engine, page: str, **parameters: str) -> AppTest:
    test = unopened(page, **{CHOSEN: UPLOADS, **parameters})
    test.session_state[UPLOADS_ENGINE] = uploads
    return checked(test.run())


def test_there_are_no_pictures_at_first() -> None:
    test = app("photos")
    assert "There are no pictures here yet" in page_text(test)
    received, room, _, limits, compact, drop = component_data(test, "dropzone")[0]
    assert (received, room, limits, compact) == (0, 200, [LIMITS.upload_bytes, LIMITS.zip_bytes], False)
    assert len(drop) > 20


@pytest.mark.parametrize(
    ("page", "parameters", "first"),
    [
        ("home", {"q": "kitten"}, "cat"),
        ("text_search", {"q": "kitten"}, "cat"),
        ("image_search", {"item": "cat-00000", "q": "music"}, "person"),
        ("photos", {"q": "kitten"}, "cat"),
        ("words", {"q": "kitten"}, "cat"),
    ],
)
def test_pages_with_results_over_uploads(uploads: Engine, page: str, parameters: dict[str, str], first: str) -> None:
    test = app_over(uploads, page, **parameters)
    assert tile_names(test)[0] == first
    assert not test.error
    assert all(tile["src"].startswith("data:image/webp;base64,") for grid in component_data(test, "tiles") for tile in grid[0])
    assert test.button_group(key="collection").options == ["stamps", "photos", UPLOADS]


@pytest.mark.parametrize("page", ["labels", "explorer", "results"])
def test_other_pages_over_uploads(uploads: Engine, page: str) -> None:
    test = app_over(uploads, page)
    assert test.title
    assert not test.error


def test_the_page_searches_the_uploads_with_examples_from_them(uploads: Engine) -> None:
    test = app_over(uploads, "photos")
    assert component_data(test, "searchbox")[0][1] == "Search your pictures"
    assert component_data(test, "dropzone")[0][4] is True
    examples = test.button_group(key="examples-photos-0").options
    assert {"butterfly", "cat"} & set(examples)
    assert all(uploads.parts.word_filter.allows(example) for example in examples)
    best = component_data(app_over(uploads, "photos", q=examples[0]), "tiles")[0][0][0]
    assert best["name"] == examples[0]


def test_pictures_have_titles_and_those_of_people_are_neutral(uploads: Engine) -> None:
    items = uploads.collection.items
    assert [item.name for item in items] == ["cat", "person", "butterfly"]
    assert [item.caption for item in items] == ["cat", "orchestra", "butterfly"]
    assert "summer" not in tile_names(app_over(uploads, "photos"))


def test_words_of_the_visitor_sort_the_pictures(uploads: Engine) -> None:
    test = app_over(uploads, "photos")
    test.text_input(key="photos_words").set_value("pet, insect, music").run()
    text = page_text(checked(test)).replace("\\", "")
    assert all(f"{word} (1)" in text for word in ("pet", "insect", "music"))
    test.text_input(key="photos_words").set_value("qwxzv").run()
    assert "qwxzv" in page_text(checked(test))


def test_a_search_of_the_uploads_that_could_insult_is_explained(uploads: Engine) -> None:
    assert NOT_SEARCHED in page_text(app_over(uploads, "photos", q="homeless")).replace("\\", "")


def test_uploads_can_be_deleted(uploads: Engine) -> None:
    test = app_over(uploads, "photos")
    assert "3 pictures" in page_text(test)
    test.button(key="photos_delete").click().run()
    assert "There are no pictures here yet" in page_text(checked(test))
    assert UPLOADS_ENGINE not in test.session_state
    assert test.button_group(key="collection").options == ["stamps", "photos"]


@pytest.mark.parametrize("collection", [UPLOADS, OLD_UPLOADS])
def test_a_link_to_pictures_of_another_session(collection: str) -> None:
    test = app("text_search", q="violin", collection=collection)
    assert "This link is to uploaded pictures" in test.info[0].value
    assert tile_names(test)[0] == "violin"


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "x",
        [],
        [1, 2],
        [1, 2, 3, -4],
        [1, [["a"]], [["b"]], 0],
        [1, [["a.png", 5]], [[1]], -1],
        [1, [["a.png", "none"]], [], "many"],
        {"a": 1},
    ],
)
def test_an_invalid_batch_has_no_files(sent: Any) -> None:
    batch = parse_batch(sent, FileDrop())
    assert (batch.files, batch.more) == ([], 0)


def test_a_batch_takes_its_files_from_the_drop() -> None:
    drop = FileDrop()
    drop.put("7-1", b"abc")
    sent = [3, [["a.png", "7-1"], ["again.png", "7-1"]], [["b.zip", "is 90.0 MB."]], 12]
    assert parse_batch(sent, drop) == DroppedFiles(3, [("a.png", b"abc")], ["b.zip is 90.0 MB."], 12)
    assert drop.nbytes == 0


def test_what_was_skipped_is_bounded() -> None:
    state = UploadState()
    for _ in range(10):
        state.skip(["x" * 5_000] * 80_000, 7)
    assert len(state.skipped) == MAX_SKIPPED
    assert state.more_skipped == 10 * 80_007 - MAX_SKIPPED
    assert sum(map(len, state.skipped)) <= MAX_SKIPPED * MAX_REASON


def test_the_title_is_chosen_and_the_name_is_in_the_address() -> None:
    test = app("text_search", q="bridge")
    choice = next(group for group in test.button_group if str(group.key).startswith("choose-"))
    assert [option.content for option in choice.proto.options] == ["Cut-outs", "Photographs"]
    choice.set_value("photos").run()
    assert checked(test).button_group(key="collection").value == "photos"
    assert tile_names(test) == tile_names(app("text_search", q="bridge", collection="photos"))
