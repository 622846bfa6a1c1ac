"""Text and names use the common words of the field, so that readers do not have to guess.

Each retired word has a replacement in ``RETIRED``. ``ALLOWED`` lists the files in which a word is used legitimately.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SUFFIXES = {".py", ".md", ".html", ".js", ".css", ".toml", ".yaml", ".yml", ".conf", ".csv", ".tsv"}
FOLDERS = (".ci", ".github", ".streamlit", "benchmarks", "devise_core", "docs", "pages", "tests", "ui")
GENERATED = (
    "docs/report.html",
    "ui/vendor/",
    "devise_core/bundle/tables/",
    "devise_core/evaluate/data/",
    "benchmarks/typed_queries.csv",
    "benchmarks/independent_queries.csv",
)
"""Files that are not written by hand, and tables with names from other projects."""

RETIRED = {
    r"mend(s|ed|ing)?": "fix",
    r"keepers?": "operator",
    r"anew|afresh|once more": "again",
    r"apart by": "separated by",
    r"(means?|meant) the like|the like": "similar",
    r"of (one|your|our|my)[’']?s? own": "your, custom",
    r"no number any more": "becomes NaN",
    r"(a|the|this|one|each|of|in|their|whole|that|another|same|every|per) visits?|visit's": "session",
    r"goes with the visit": "is deleted when the session ends",
    r"stands?|stood|standing": "is, are",
    r"meets?|met": "see, find",
    r"what is (asked|met)|what one": "the query, the result, you",
    r"draw around": "lasso",
    r"networks?": "model",
}
NETWORK = r"networks?"
ALLOWED = {
    "benchmarks/map.py": NETWORK,
    "compose.milvus.yaml": NETWORK,
    "compose.yaml": NETWORK,
    "devise_core/untrusted/url_fetch.py": NETWORK,
    "devise_core/untrusted/url_guard.py": NETWORK,
    "docs/SECURITY.md": NETWORK,
    "docs/hosting/docker.md": NETWORK,
    "tests/app_with_local_fetch.py": NETWORK,
    "tests/test_compose.py": NETWORK,
}
"""Files in which a retired word has its usual meaning: they are about computer networks."""
RETIRED_NAMES = {"its", "some", "found", "here", "own"}
"""Names that do not say what a variable holds."""


def files() -> list[str]:
    """Return the paths of all text files that are written by hand."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES]
    paths += [path for path in ROOT.iterdir() if path.suffix in SUFFIXES or path.name in ("Dockerfile", "Makefile")]
    names = sorted(path.relative_to(ROOT).as_posix() for path in paths)
    return [name for name in names if not name.startswith(GENERATED) and name != "tests/test_plain_english.py"]


def retired_words(text: str, allowed: str = "") -> Iterator[str]:
    """Find retired words except for an allowed pattern, each with its line number and replacement."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, replacement in RETIRED.items():
            if pattern != allowed and (match := re.search(rf"\b({pattern})\b", line, re.IGNORECASE)):
                yield f"{number}: “{match[0]}”, write: {replacement}"


def retired_names(source: str) -> Iterator[str]:
    """Find retired names in Python source, each with its line number."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and token.string in RETIRED_NAMES:
            yield f"{token.start[0]}: the name {token.string}"


@pytest.mark.parametrize("name", files())
def test_words_are_plain(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert list(retired_words(text, ALLOWED.get(name, ""))) == []
    if name.endswith(".py"):
        assert list(retired_names(text)) == []


def test_retired_words_are_detected() -> None:
    text = "Files are mended.\nA networkidle event.\nThe network sees it.\nKeep the keeper, once more."
    assert [finding.split(",")[0] for finding in retired_words(text)] == [
        "1: “mended”",
        "3: “network”",
        "4: “keeper”",
        "4: “once more”",
    ]
    assert list(retired_names("found = own(1)  # some")) == ["1: the name found", "1: the name own"]
