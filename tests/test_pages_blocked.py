"""A typed word that the word filter blocks is searched for. No page repeats it, or shows what is merely similar to it."""

from __future__ import annotations

import pytest

from devise_core import Engine
from devise_core.text.word_filter import BUNDLED_LIST
from devise_core.text.word_vector_encoder import WordVectorEncoder
from tests.app_testing import app, caption_names, page_text, tile_names
from ui.blocked_words import NO_PATH, NO_PLACE, NO_WORDS, NOT_COMBINED, NOT_RECOGNISED
from ui.home.answer import answer_to_text
from ui.query.examples import examples
from ui.query.withheld import NO_RESULT

WORD = "whore"
"""A blocked word that the model knows. Its nearest pictures are of people."""
WITHHELD = "The app cannot say which pictures show"
REFUSED = "because a wrong result could insult somebody"
COLLECTIONS = ("stamps", "photos")


@pytest.fixture
def known(engine: Engine) -> list[str]:
    """The blocked words that the model knows."""
    assert isinstance(engine.text, WordVectorEncoder)
    lines = BUNDLED_LIST.read_text("utf-8").splitlines()
    words = [line for line in lines if line and not line.startswith("#")]
    known = [word for word in words if word in engine.text.words]
    assert len(known) > 50
    return known


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("query", [WORD, f"two {WORD}s", f"{WORD} -dog", f"a photo of a {WORD}"])
def test_text_search_and_home_show_no_similar_pictures(collection: str, query: str) -> None:
    for page in ("text_search", "home"):
        test = app(page, q=query, collection=collection, weak="1", cut="0")
        assert NOT_RECOGNISED in page_text(test)
        assert WORD not in page_text(test).lower()
        assert tile_names(test) == []
        assert not [button for button in test.button if WORD in button.label.lower()]


@pytest.mark.parametrize(
    ("page", "parameters"),
    [
        ("words", {"q": WORD}),
        ("words", {"q": f"{WORD} - man + woman", "mode": "sum"}),
        ("words", {"a": WORD, "b": "piano", "mode": "way"}),
        ("words", {"a": "piano", "b": WORD, "mode": "way"}),
        ("explorer", {"q": WORD}),
        ("image_search", {"item": "violin", "q": WORD}),
    ],
)
def test_pages_of_similar_things_refuse_it(page: str, parameters: dict[str, str]) -> None:
    test = app(page, **parameters)
    assert REFUSED in page_text(test)
    assert WORD not in page_text(test).lower()
    assert not [button.label for button in test.button if button.label.startswith(WORD)]


def test_a_link_does_not_name_a_picture_with_it() -> None:
    test = app("labels", item="violin", vocabulary="Your words", labels=f"{WORD}, violin")
    assert WORD not in page_text(test).lower()
    assert "Left out 1 word: this site’s word filter does not allow it." in page_text(test)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_no_blocked_word_brings_similar_pictures(engine: Engine, known: list[str], collection: str) -> None:
    over = engine.on(collection)
    for word in known:
        answer = answer_to_text(over, word)
        assert word not in " ".join([answer["status"], *answer["notes"]]).lower()
        assert answer["tiles"] == []


@pytest.mark.parametrize(
    "query", ["jew", "African", "black people", "Hitler", "slum", "homeless", "criminal", "immigrants", "gay", "sad woman"]
)
@pytest.mark.parametrize("page", ["text_search", "home"])
def test_only_sure_pictures_are_shown_for_groups_of_people(page: str, query: str) -> None:
    test = app(page, q=query, collection="photos", weak="1", cut="0")
    text = page_text(test)
    assert WITHHELD in text
    assert not [sentence for sentence in ("Similar words", "Closest we have", "match well", "closest pictures") if sentence in text]
    assert set(tile_names(test)) <= set(caption_names(test))


@pytest.mark.parametrize(
    ("page", "parameters"),
    [("words", {"q": "muslim"}), ("explorer", {"q": "immigrant"}), ("words", {"q": "gay"}), ("words", {"q": "blacks"})],
)
def test_pages_of_similar_things_refuse_groups_of_people(page: str, parameters: dict[str, str]) -> None:
    assert REFUSED in page_text(app(page, **parameters))


@pytest.mark.parametrize(("a", "b"), [("man", "monkey"), ("dog", "woman")])
def test_no_path_leads_from_people_to_animals(a: str, b: str) -> None:
    text = page_text(app("words", mode="way", a=a, b=b))
    assert REFUSED in text or "is not on the app's list of things" in text


def test_a_search_without_results_offers_examples(photos: Engine) -> None:
    test = app("text_search", q="african", collection="photos")
    assert WITHHELD in page_text(test)
    assert NO_RESULT in page_text(test)
    offered = examples(photos)[0]
    test.button(key=f"way-on-{offered}").click().run()
    assert test.query_params["q"] == offered
    assert tile_names(test)
    assert answer_to_text(photos, "african")["tries"][0] == [f"Example: {offered}", offered]


def test_a_search_for_some_people_offers_people_first(photos: Engine) -> None:
    assert answer_to_text(photos, "old man smiling")["tries"][0] == ["Try instead: people", "people"]
    assert "way-on-people" in {button.key for button in app("text_search", q="old man smiling", collection="photos").button}
    assert answer_to_text(photos, "african")["tries"][0] != ["Try instead: people", "people"]


def test_described_pictures_need_no_examples(photos: Engine) -> None:
    assert caption_names(app("text_search", q="woman", collection="photos"))
    assert NO_RESULT not in page_text(app("text_search", q="woman", collection="photos"))
    assert answer_to_text(photos, "woman")["tries"] == []


@pytest.mark.parametrize("page", ["text_search", "explorer"])
def test_a_judgement_alone_gets_one_explanation(page: str) -> None:
    text = page_text(app(page, q="ugly", collection="photos"))
    assert [REFUSED in text, "cannot recognise “ugly” in pictures" in text, WITHHELD in text].count(True) == 1


def test_a_judgement_of_people_is_not_said_to_be_searched_for_without_it() -> None:
    text = page_text(app("text_search", q="ugly woman", collection="photos"))
    assert "The app cannot recognise “ugly” in pictures, so the search ignores it." in text
    assert WITHHELD in text
    assert "It uses the rest of your query" not in text


@pytest.mark.parametrize(
    ("page", "parameters", "sentence"),
    [
        ("words", {"q": "gay"}, NO_WORDS),
        ("words", {"a": "gay", "b": "piano", "mode": "way"}, NO_PATH),
        ("explorer", {"q": "gay"}, NO_PLACE),
        ("image_search", {"item": "violin", "q": "gay"}, NOT_COMBINED),
    ],
)
def test_each_page_says_what_it_does_not_do(page: str, parameters: dict[str, str], sentence: str) -> None:
    assert sentence in page_text(app(page, **parameters)).replace("\\", "")


def test_black_cats_and_kings_are_no_groups_of_people() -> None:
    assert WITHHELD not in page_text(app("text_search", q="black cat", collection="photos"))
    assert REFUSED not in page_text(app("words", mode="sum", q="king - man + woman"))
