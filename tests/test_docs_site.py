"""The documentation site: it builds without a warning, has a page for every public name, and loads nothing from other hosts."""

from __future__ import annotations

import doctest
import inspect
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from playwright.sync_api import Browser, expect

from docs.tools.generated_parts import helps
from tests.documents import ROOT
from tests.public_names import BASES, CLIENT, CONDITIONS, ERRORS, PUBLIC, SEARCHES, VERBS

LOADING = {"script": "src", "link": "href", "img": "src", "source": "src", "iframe": "src", "object": "data", "video": "src"}
LARGEST_PICTURE = 120_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. In strict mode a warning, such as one about a broken link or anchor, ends the build."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.syspath_prepend(str(ROOT))
        build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder), strict=True))
    return folder


class Loaded(HTMLParser):
    """Collects what a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value for name, value in attrs if name == LOADING.get(tag) and value]


def loaded(page: str) -> list[str]:
    """Return the addresses of everything that a page of HTML loads."""
    reader = Loaded()
    reader.feed(page)
    return reader.addresses + re.findall(r"url\([\"']?([^\"')]+)", page)


def identifiers(site: Path) -> set[str]:
    return {match for path in site.rglob("*.html") for match in re.findall(r'\bid="([\w.-]+)"', path.read_text("utf-8"))}


def unannotated(function: Callable[..., Any]) -> Iterator[str]:
    """Yield the parameters of a function or class that have no type, and "return"."""
    if inspect.isclass(function) and function.__init__ is Exception.__init__:
        return
    signature = inspect.signature(function)
    for name, parameter in signature.parameters.items():
        if parameter.annotation is inspect.Parameter.empty and name not in ("self", "args", "kwargs"):
            yield name
    if signature.return_annotation is inspect.Signature.empty and not inspect.isclass(function):
        yield "return"


def test_pages_load_nothing_from_another_host(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 35
    hosts = {urlsplit(address).netloc for page in pages for address in loaded(page.read_text("utf-8"))}
    assert hosts == {""}
    assert loaded('<script src="https://example.org/a.js"></script><style>a{background:url(//b.org/c)}</style>') == [
        "https://example.org/a.js",
        "//b.org/c",
    ]
    styles = "".join(path.read_text("utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//[^\"')]+", styles) == []


def test_every_public_name_has_a_page(site: Path) -> None:
    known = identifiers(site)
    names = {f"{each.__module__}.{each.__qualname__}" for each in (*PUBLIC, *BASES, *SEARCHES, *CONDITIONS, *CLIENT, *ERRORS)}
    names |= {f"devise_core.engine.Engine.{verb.__name__}" for verb in VERBS}
    assert len(names) > 60
    assert names - known == set()


@pytest.mark.parametrize("name", sorted({each.__name__ for each in (*PUBLIC, *BASES, *SEARCHES, *CLIENT)}))
def test_every_public_name_has_an_example_and_types(name: str) -> None:
    public = next(each for each in (*PUBLIC, *BASES, *SEARCHES, *CLIENT) if each.__name__ == name)
    assert doctest.DocTestParser().get_examples(public.__doc__ or ""), f"{name} has no example"
    functions = inspect.getmembers(public, inspect.isfunction)  # those of scikit-learn have no types
    members = [member for key, member in functions if not key.startswith("_") and member.__module__.startswith("devise_core")]
    assert {member.__qualname__: list(unannotated(member)) for member in (public, *members) if list(unannotated(member))} == {}


def test_every_command_has_a_section(site: Path) -> None:
    page = (site / "reference/commands.html").read_text("utf-8")
    names = [name for name, _ in helps()]
    assert len(names) > 10
    assert [name for name in names if f'<h2 id="{name.replace(" ", "-")}">' not in page] == []
    assert "usage: semblance search" in page


def test_generated_parts_are_filled_in(site: Path) -> None:
    for path in site.rglob("*.html"):
        assert not re.search(r"<!-- (commands|query language|notebook) -->", path.read_text("utf-8")), path
    assert "ConSE" in (site / "tutorial/notebook.html").read_text("utf-8")


def test_pictures_are_small() -> None:
    pictures = [path for path in (ROOT / "docs").rglob("*") if path.suffix in (".webp", ".png", ".jpg")]
    assert 1 <= len(pictures) <= 4
    assert {path.name: path.stat().st_size for path in pictures if path.stat().st_size > LARGEST_PICTURE} == {}


@pytest.mark.browser
def test_site_opens_from_disk_and_can_be_searched(site: Path, browser: Browser) -> None:
    page = browser.new_page(color_scheme="dark")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    try:
        page.goto((site / "index.html").as_uri())
        page.get_by_role("textbox", name="Search").first.click()
        page.get_by_role("textbox", name="Search").first.press_sequentially("evidence")
        page.locator(".md-search-result__link").filter(has_text="What counts as a match").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("What counts as a match")
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    finally:
        page.close()
    assert requested
    assert {urlsplit(url).scheme for url in requested} <= {"file", "data", "blob", "about"}
