"""The files, methods and packages that the architecture and the pages beside it name exist."""

from __future__ import annotations

import re

import pytest

from devise_core.engine import Engine
from tests.documents import ROOT, read

PAGE = "docs/ARCHITECTURE.md"
PAGES = (PAGE, "docs/reference/flows.md", "docs/explanation/decisions.md")
NAMES = {page: re.findall(r"`([^`\s]+)`", read(page)) for page in PAGES}


@pytest.mark.parametrize("page", PAGES)
def test_named_files_and_packages_exist(page: str) -> None:
    paths = [name for name in NAMES[page] if re.fullmatch(r"[\w/]+(/|\.py)", name)]
    missing = [path for path in paths if not any((ROOT / base / path).exists() for base in ("", "devise_core"))]
    assert len(paths) > 20
    assert missing == []


def test_every_package_is_described() -> None:
    packages = {path.parent.name for path in (ROOT / "devise_core").glob("*/__init__.py")}
    described = {name.rstrip("/") for name in NAMES[PAGE] if name.endswith("/")}
    assert packages <= described


def test_named_methods_of_the_engine_exist() -> None:
    methods = [name.split(".")[1] for name in NAMES[PAGE] if re.fullmatch(r"Engine\.\w+", name)]
    assert methods
    assert [name for name in methods if not hasattr(Engine, name)] == []


def test_architecture_is_one_page_about_three_flows() -> None:
    text = read(PAGE)
    headings = re.findall(r"^## (.+)", text, re.MULTILINE)
    assert headings == ["Packages", "A text query", "An uploaded image", "A folder that becomes a collection"]
    assert len(text.split()) <= 1_100
