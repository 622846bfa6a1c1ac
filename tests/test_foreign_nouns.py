"""The table of nouns of other languages."""

from __future__ import annotations

import pytest

from devise_core import Engine
from devise_core.text.foreign_nouns import ForeignNouns
from tests.conftest import BUNDLED


def test_every_foreign_noun_is_found_as_in_a_dictionary() -> None:
    lines = (BUNDLED / "foreign_nouns.tsv").read_text(encoding="utf-8").splitlines()
    table = ForeignNouns("\n".join(lines))
    for line in lines:
        noun, english, codes = line.split("\t")
        translation = table.get(noun)
        assert translation is not None
        assert (translation.noun, ",".join(translation.codes)) == (english, codes)
    assert not any(table.get(noun) for noun in ("", "zzzzzzzz", "chatx", "a", "\ud800"))


def test_the_last_line_of_a_foreign_noun_counts_in_any_order() -> None:
    table = ForeignNouns("zaun\tfence\tde\nhund\tcat\tde\nöl\toil\tde\nhund\tdog\tde")
    assert [translation and translation.noun for translation in map(table.get, ("hund", "öl", "zaun", "oil"))] == [
        "dog",
        "oil",
        "fence",
        None,
    ]
    assert ForeignNouns().get("hund") is None


@pytest.mark.parametrize(
    ("text", "shown", "terms"),
    [
        ("eine Katze", "cat", ["cat"]),
        ("un chien", "dog", ["dog"]),
        ("l’oiseau", "bird", ["bird"]),
        ("ein rotes Auto", "red Auto", ["red", "auto"]),
        ("die cast", "die cast", ["die", "cast"]),
        ("un building", "un building", ["un", "building"]),
    ],
)
def test_articles_of_foreign_nouns_are_left_out(engine: Engine, text: str, shown: str, terms: list[str]) -> None:
    query = engine.query(text)
    assert (query.respelled_text, [term.word for term in query.reading.terms]) == (shown, terms)
