"""No surface of the app offers a word of the bundled list. ``benchmarks/offered_words.py`` looks at more of each."""

from __future__ import annotations

from itertools import product
from string import ascii_lowercase

import pytest

from benchmarks.offered_words import named, on_paths, suggested, unsuitable
from devise_core import Engine
from devise_core.text.word_filter import BUNDLED_LIST, load_word_filter
from ui.query.examples import QUERIES, examples
from ui.words.modes import PATH_EXAMPLES, SIMILAR_EXAMPLES, SUM_EXAMPLES

pytestmark = pytest.mark.artifacts


def beginnings() -> list[str]:
    """Return all beginnings of two letters, and the first three letters of each blocked word. No other can suggest one."""
    entries = [line for line in BUNDLED_LIST.read_text("utf-8").splitlines() if not line.startswith("#")]
    return sorted(
        {word[:3] for entry in entries for word in entry.split()} | {"".join(each) for each in product(ascii_lowercase, repeat=2)}
    )


def test_no_suggestion_is_unsuitable(engine: Engine) -> None:
    blocked, count = unsuitable(suggested(engine, iter(beginnings())), load_word_filter())
    assert blocked == []
    assert count > 5_000


def test_no_name_of_a_bundled_image_is_unsuitable(engine: Engine) -> None:
    for folder in engine.layout.collections.iterdir():
        blocked, count = unsuitable(named(engine.on(folder)), load_word_filter())
        assert blocked == []
        assert count > 1_000


def test_no_word_on_a_path_is_unsuitable(engine: Engine) -> None:
    blocked, count = unsuitable(on_paths(engine), load_word_filter())
    assert blocked == []
    assert count > 1_500


def test_no_example_is_unsuitable(engine: Engine) -> None:
    fixed = [*QUERIES, *SIMILAR_EXAMPLES, *SUM_EXAMPLES, *(word for pair in PATH_EXAMPLES for word in pair)]
    assert unsuitable(iter([*fixed, *examples(engine)]), load_word_filter())[0] == []
