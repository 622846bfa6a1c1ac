"""Sharing a view: its title, the preview of its link, and its card."""

from __future__ import annotations

import io
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import numpy as np
import pytest
import requests
from PIL import Image

from benchmarks.server import serving
from devise_core import Engine
from devise_core.text.word_filter import BUNDLED_LIST
from tests.app_testing import app
from tests.payloads import PAYLOADS
from ui.page_list import PAGES, ListedPage
from ui.sharing.card import draw_card
from ui.sharing.card_routes import CardCache, card_of
from ui.sharing.page_head import CARD_SIZE, with_head
from ui.views import MAX_CHARACTERS, one_line, read_view

INDEX = "<html><head><title>Streamlit</title></head><body></body></html>"
UNSUITABLE = next(line for line in BUNDLED_LIST.read_text("utf-8").splitlines() if line.isalpha())


class Head(HTMLParser):
    """The tags of a page, and what they contain."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.contents: dict[str, str] = {}
        self.title = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        if tag == "meta":
            self.contents[values.get("property") or values.get("name") or ""] = values.get("content") or ""

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] == ["title"]:
            self.title += data


def head(path: str, host: str = "demo.example", scheme: str = "https", prefix: str = "") -> Head:
    parts = urlsplit(path)
    headers = [(b"host", host.encode("latin-1")), (b"x-forwarded-proto", scheme.encode())]
    headers += [(b"x-forwarded-prefix", prefix.encode("latin-1"))] if prefix else []
    scope = {"type": "http", "path": parts.path, "query_string": parts.query.encode(), "headers": headers, "scheme": "http"}
    return Head(with_head(INDEX, scope))


@pytest.mark.parametrize(("path", "listed"), PAGES.items())
def test_the_tab_of_a_page_has_its_title(path: str, listed: ListedPage) -> None:
    assert head(f"/{path}").title == f"{listed.tab_title} · Semblance"
    assert listed.name in listed.tab_title or not path


def test_a_link_has_the_preview_of_its_view() -> None:
    preview = head("/text_search?q=violin&collection=stamps&p=2&tour=1")
    assert preview.title == preview.contents["og:title"] == "violin · Text search · Semblance"
    assert preview.contents["og:url"] == "https://demo.example/text_search?q=violin&collection=stamps"
    card = urlsplit(preview.contents["og:image"])
    assert (card.netloc, card.path) == ("demo.example", "/share-card.png")
    assert parse_qs(card.query) == {"page": ["text_search"], "q": ["violin"], "collection": ["stamps"]}
    assert preview.contents["twitter:card"] == "summary_large_image"


def test_a_preview_works_in_a_folder_of_the_host() -> None:
    assert head("/apps/demo/labels?item=cat").contents["og:image"].startswith("https://demo.example/apps/demo/share-card.png?")


@pytest.mark.parametrize("prefix", ["/apps/demo", "/apps/demo/"])
def test_a_preview_names_the_prefix_that_a_proxy_removes(prefix: str) -> None:
    preview = head("/labels?item=cat", prefix=prefix)
    assert preview.contents["og:url"] == "https://demo.example/apps/demo/labels?item=cat"
    assert preview.contents["og:image"].startswith("https://demo.example/apps/demo/share-card.png?")


@pytest.mark.parametrize("prefix", ["demo", "//evil.example", "/a/../b", '/"><b>', "/a b", "/a?b", "/" + "x" * 300, "/"])
def test_a_prefix_that_is_no_path_is_ignored(prefix: str) -> None:
    assert head("/labels", prefix=prefix).contents["og:url"] == "https://demo.example/labels"


@pytest.mark.parametrize("host", ["evil.example/a", 'a"b', "a b", "user@evil.example", "", "a\r\nb", "<b>", "x" * 300])
def test_a_host_that_is_none_is_not_repeated(host: str) -> None:
    contents = head("/?q=violin", host).contents
    assert "og:image" not in contents
    assert "og:url" not in contents


@pytest.mark.usefixtures("fresh_settings")
def test_an_operator_can_turn_addresses_in_previews_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_LINK_PREVIEWS", "off")
    contents = head("/?q=violin").contents
    assert "og:image" not in contents
    assert contents["og:title"] == "violin · Semblance"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_an_address_becomes_markup(payload: str) -> None:
    plain = head("/text_search")
    for name in ("q", "item", "collection", payload[:50]):
        hostile = head(f"/text_search?{urlencode({name: payload})}")
        assert [tag for tag in hostile.tags if tag != "meta"] == [tag for tag in plain.tags if tag != "meta"]
        assert set(hostile.contents) == set(plain.contents)


def test_a_query_of_the_word_filter_is_not_repeated() -> None:
    assert UNSUITABLE not in head(f"/text_search?q={UNSUITABLE}").title
    assert all(UNSUITABLE not in text for text in head(f"/text_search?q={UNSUITABLE}").contents.values())
    assert read_view("text_search", {"q": UNSUITABLE}).query == ""


@pytest.mark.parametrize(
    ("text", "line"), [("  a \n b ", "a b"), ("\u202egnp.exe", "gnp.exe"), ("a\x00b\u200b", "a b"), ("", ""), ("\u2066", "")]
)
def test_a_title_is_one_visible_line(text: str, line: str) -> None:
    assert one_line(text) == line
    assert len(one_line("word " * 5000)) <= MAX_CHARACTERS


def test_the_tab_names_the_page_and_the_query() -> None:
    assert app("text_search", q="violin").main  # the page runs
    assert read_view("text_search", {"q": "violin"}).title == "violin · Text search · Semblance"
    assert read_view("", {}).title == "Search pictures by meaning · Semblance"
    assert read_view("", {"q": "violin"}).title == "violin · Semblance"


PICTURE = Image.new("RGB", (40, 90), "red")


@pytest.mark.parametrize(
    "text", ["violin", "🎻", "", " ", "w" * 400, "two words " * 60, "שלום עולם", "猫" * 30, "e\u0301" * 40, "\ud800"]
)
@pytest.mark.parametrize("whole", [True, False])
def test_a_card_can_be_drawn_for_any_text(text: str, whole: bool) -> None:
    card = Image.open(io.BytesIO(draw_card([one_line(text), "Text search"], "A sentence", [PICTURE] * 9, whole)))
    assert (card.size, card.format) == (CARD_SIZE, "PNG")
    right = np.asarray(card)[:, CARD_SIZE[0] - 40 :]
    assert np.ptp(right.reshape(-1, 3), axis=0).max() < 40  # nothing is cut off at the edge


@pytest.mark.parametrize("count", range(10))
def test_pictures_fill_the_square_on_the_right(count: int) -> None:
    card = np.asarray(Image.open(io.BytesIO(draw_card(["violin"], "A sentence", [PICTURE] * count, whole=False))).convert("RGB"))
    red = (card == (255, 0, 0)).all(2)
    assert bool(count) == bool(red.any())
    assert not red[:, :600].any()  # the words are on the left
    assert red[56:574, 626:1144].mean() > (0.8 if count else -1)


def test_a_text_that_no_font_can_write_gives_way_to_the_next() -> None:
    next_title = draw_card(["Text search"], "", [], whole=True)
    assert draw_card(["\U0010fffd\U0010fffd", "Text search"], "", [], whole=True) == next_title


def test_a_card_shows_the_pictures_of_its_view(engine: Engine) -> None:
    cards = [card_of(engine, read_view("text_search", {"q": query})) for query in ("violin", "penguin", "penguin")]
    assert cards[0] != cards[1] == cards[2]
    pictures = np.asarray(Image.open(io.BytesIO(card_of(engine, read_view("labels", {"item": "violin"})))))[70:570, 640:1130]
    assert pictures.std() > 20
    for query in ("qwxzvq", '"', "democracy", "like:none"):
        assert card_of(engine, read_view("text_search", {"q": query}))


def test_cards_are_cached_and_only_so_many_are_drawn() -> None:
    cache, drawn = CardCache(limit=3, max_cards=2), list[str]()

    def card(key: str) -> bytes | None:
        return cache.get(key, lambda: drawn.append(key) or b"card")  # type: ignore[func-returns-value]

    assert [card(key) for key in "aabb"] == [b"card"] * 4
    assert drawn == ["a", "b"]
    assert card("c") == b"card"  # replaces the oldest
    assert card("a") is None  # a fourth card in a minute
    assert card("c") == b"card"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The app with a limit of two cards per minute."""
    with serving(SEMBLANCE_PRELOAD="0", SEMBLANCE_CARDS_PER_MINUTE="2") as (address, _):
        yield address


def test_the_server_serves_heads_and_cards(server: str) -> None:
    page = requests.get(f"{server}/text_search?q={quote('violin <b>')}", headers={"If-None-Match": "*"}, timeout=60)
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
    view = Head(page.text)
    assert view.title.strip() == "violin <b> · Text search · Semblance"
    assert ".block-container" in page.text
    assert view.contents["og:image"].startswith(f"{server}/share-card.png?")
    assert requests.head(server, timeout=60).status_code == 200
    answers = [requests.get(f"{server}/share-card.png?q={query}", timeout=60) for query in ("violin", "violin", "horse", "bird")]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert Image.open(io.BytesIO(answers[0].content)).size == CARD_SIZE
    assert requests.get(f"{server}/static/no-such-file.js", timeout=60).text != page.text
