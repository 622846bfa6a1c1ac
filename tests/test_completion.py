"""Completions of a query being typed, over a small vocabulary."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core.text.completion import complete
from devise_core.text.noun_store import NounStore
from devise_core.text.word_store import WordStore

WORDS = WordStore(b"the\nsea\nhorse\nseat\nhorses\nt-shirt\nsaddle", np.ones((7, 2), np.int8), np.ones(7, np.float32))
NOUNS = NounStore("sea\t1\nhorse\t2\nhorse chestnut\t2\nsea-maid\t1\nhorse race\t", np.ones((5, 2), np.int8))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hor", [(0, "horse"), (0, "horse chestnut"), (0, "horses")]),
        ("Horse ", []),
        ("horse c", [(0, "horse chestnut")]),
        ("horse r", [(0, "horse race")]),  # a noun that names no picture can still be searched for
        ("the sea", [(4, "seat")]),
        ("horse -sad", [(7, "saddle")]),
        ("2*se", [(2, "sea"), (2, "seat")]),
        ("t-sh", [(0, "t-shirt")]),
        ("", []),
        ("🎻", []),
        ("xyz", []),
        ("sea\n", []),
    ],
)
def test_the_last_word_is_completed(text: str, expected: list[tuple[int, str]]) -> None:
    assert complete(text, WORDS, NOUNS, 8) == expected


def test_the_number_of_completions_is_limited() -> None:
    assert complete("s", WORDS, NOUNS, 2) == [(0, "sea"), (0, "seat")]
