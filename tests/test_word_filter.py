"""What may be shown unasked: the bundled list, an operator's changes, and ordinary words that look alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from devise_core.bundle.unsuitable_words import read_cuss, read_naughty_words, read_reviewed, write_unsuitable_words
from devise_core.errors import SettingsError
from devise_core.text.word_filter import BUNDLED_LIST, load_word_filter

ORDINARY = ("bass", "cock", "ass", "tit", "assess", "pudding", "shaving foam", "prices", "spices", "night", "class", "cocktail", "scunthorpe", "great tit",
            "pansy", "beaver", "swallow", "kumquat", "niger", "analysis", "titan", "grape", "essex")  # fmt: skip
UNSUITABLE = ("nigger", "niggers", "Sex", "porn-star", "whore's", "blow job", "a blow job", "faggots", "rape", "pussy",
              "slave", "slaves", "slave ship", "moron", "idiots", "stupid", "redneck", "wimp", "scum")  # fmt: skip


@pytest.mark.parametrize("word", ORDINARY)
def test_ordinary_words_are_allowed(word: str) -> None:
    assert load_word_filter().allows(word)


@pytest.mark.parametrize("word", UNSUITABLE)
def test_slurs_and_sexual_terms_are_not(word: str) -> None:
    assert not load_word_filter().allows(word)


def test_an_operator_extends_and_relaxes_the_list(tmp_path: Path) -> None:
    changes = tmp_path / "words.txt"
    changes.write_text("# ours\n+marmalade\n-nude\nvery silly\n", "utf-8")
    word_filter = load_word_filter(changes)
    assert [word_filter.allows(word) for word in ("marmalade", "nude", "a very silly hat", "porn")] == [False, True, False, False]
    assert load_word_filter().allows("marmalade")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_an_unreadable_list_names_the_setting(tmp_path: Path, content: bytes | None) -> None:
    changes = tmp_path / "words.txt"
    if content is not None:
        changes.write_bytes(content)
    with pytest.raises(SettingsError, match="SEMBLANCE_WORD_LIST"):
        load_word_filter(changes)


def test_the_list_combines_both_sources_and_the_review(tmp_path: Path) -> None:
    (tmp_path / "index.js").write_text("export const cuss = {\n  'rude one': 2,\n  mild: 1,\n  worst: 2,\n  ass: 2\n}\n", "utf-8")
    (tmp_path / "en.json").write_text('["Naughty", "worst", "🖕"]', "utf-8")
    assert read_cuss(tmp_path) == {"rude one", "worst", "ass"}
    assert "naughty" in read_naughty_words(tmp_path)
    target = tmp_path / "out.txt"
    write_unsuitable_words(tmp_path, tmp_path, target)
    words = {line for line in target.read_text("utf-8").splitlines() if not line.startswith("#")}
    assert {"rude one", "worst", "naughty", "nude"} <= words
    assert not {"mild", "ass", "🖕"} & words


def test_no_word_is_both_kept_and_added() -> None:
    keep, add = read_reviewed(BUNDLED_LIST.parents[1] / "bundle" / "reviewed_words.tsv")
    assert not keep & add


@pytest.mark.parametrize(
    "text", ["girl on the beach", "girl on a horse", "big black dog", "owl with round eyes", "huge fat cat", "tight white dress"]
)
def test_ordinary_phrases_are_allowed(text: str) -> None:
    assert load_word_filter().allows(text)
