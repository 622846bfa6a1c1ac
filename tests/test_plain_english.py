"""Text and names use the common words of the field, so that readers do not have to guess.

Each retired word has a replacement in ``RETIRED``. ``ALLOWED`` lists the files in which a word is used legitimately.
"""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SUFFIXES = {
    ".py",
    ".md",
    ".html",
    ".js",
    ".css",
    ".toml",
    ".yaml",
    ".yml",
    ".conf",
    ".csv",
    ".tsv",
    ".txt",
    ".cff",
    ".json",
    ".ipynb",
    ".in",
}
NAMES = {"Dockerfile", "Makefile", ".dockerignore", ".gitattributes", ".gitignore", ".git-blame-ignore-revs"}
FOLDERS = (".ci", ".github", ".streamlit", "benchmarks", "devise_core", "docs", "pages", "tests", "ui")
GENERATED = (
    "docs/report.html",
    "ui/vendor/",
    "devise_core/bundle/tables/",
    "devise_core/evaluate/data/",
    "devise_core/text/unsuitable_words.txt",
    "devise_core/text/person_words.txt",
    "devise_core/text/occupation_words.txt",
    "devise_core/text/thing_words.txt",
    "benchmarks/typed_queries.",
    "benchmarks/independent_queries.",
)
"""Files that are not written by hand, and lists and tables with words from other projects."""

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
    r"press(es|ed|ing)? (on|it|them|(a|an|the|this|that|its|one|any|each|another) (?!(\S+ ){0,2}keys?\b)\w+)": "click, tap, select",
    r"(a|an|its|whose|another|every|each) press(es)?": "click, tap",
    r"(?<!on )(a|an|the|its|whose|this|that|another|every|each) hands?|hand's": "widget key",
    r"(a|an|the|its|whose|another|every) hold|(the|its|two|these|those) holds|hold's": "lock, slot",
    r"(hold|take|get|free|give|release|wait for|waits for|waiting for)\w* (back )?(a|an|the|its|one|another) turns?|turn's": "lock, slot",
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
    paths = [
        path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES or path.parent.name == ".ci"
    ]
    paths += [path for path in ROOT.iterdir() if path.suffix in SUFFIXES or path.name in NAMES]
    names = sorted(path.relative_to(ROOT).as_posix() for path in paths)
    return [name for name in names if not name.startswith(GENERATED) and name != "tests/test_plain_english.py"]


def written_text(name: str) -> str:
    """Return what was written in a file: all of it, or the cells of a notebook without what they print."""
    text = (ROOT / name).read_text("utf-8")
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"]) if name.endswith(".ipynb") else text


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
    text = written_text(name)
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


@pytest.mark.parametrize(
    "line",
    [
        "Press a tile to open it.",
        "Press on the map.",
        "Pressing the point again closes it.",
        "Each press opens one.",
        "The hand of the slider is its key.",
        "A widget keeps its hand.",
        "The two holds are released.",
        "The hold's file is deleted.",
        "A second process waits for the turn.",
        "It frees its turn.",
    ],
)
def test_a_bad_use_of_a_common_word_is_detected(line: str) -> None:
    assert list(retired_words(line))


@pytest.mark.parametrize(
    "line",
    [
        "Press Ctrl+C or the arrow keys.",
        "Press the Enter key.",
        'button[aria-pressed="true"]',
        "Computed by hand, on the other hand, with data at hand.",
        "A folder holds images, and the guards hold.",
        "Searches take turns, one session in turn after another.",
        "Decode an image when it is the turn of its client.",
        "Turn a text into a vector.",
    ],
)
def test_the_usual_use_of_a_common_word_is_not(line: str) -> None:
    assert list(retired_words(line)) == []


def test_cells_of_notebooks_and_scripts_without_a_suffix_are_read() -> None:
    assert {".ci/run", ".ci/accepted.txt", "CITATION.cff", "docs/tutorial.ipynb", "requirements.txt"} <= set(files())
    assert "load_engine" in written_text("docs/tutorial.ipynb")
    assert '"cell_type"' not in written_text("docs/tutorial.ipynb")
