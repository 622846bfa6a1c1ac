"""No animal is shown as similar to a picture of people, and pictures of animals keep the same similar pictures."""

from __future__ import annotations

import pytest

from devise_core import Engine
from devise_core.engine import By
from tests.app_testing import app, page_text
from ui.hit.beside_people import fit_beside, more_like

K = 12


def animals(engine: Engine, ids: list[str]) -> list[str]:
    return [item for item in ids if engine.collection.items[engine.collection.row(item)].category.startswith("animals")]


@pytest.mark.parametrize("item", ["grace-hopper", "men-with-tattoos", "mexico", "australia", "man-on-the-beach"])
@pytest.mark.parametrize("by", ["semantic", "visual"])
def test_no_animals_beside_people(item: str, by: By, engine: Engine) -> None:
    engine = engine.on("photos")
    hits = more_like(engine, item, K, by)
    assert hits and animals(engine, [hit.id for hit in hits]) == []


def test_the_library_answers_as_before(engine: Engine) -> None:
    engine = engine.on("photos")
    assert animals(engine, [hit.id for hit in engine.more_like("grace-hopper", 2 * K)])


def test_animals_are_beside_animals(engine: Engine) -> None:
    engine = engine.on("photos")
    assert [hit.id for hit in more_like(engine, "dog", K)] == [hit.id for hit in engine.more_like("dog", K)]
    row = engine.collection.row("gorilla")
    hits = engine.more_like("gorilla", K)
    assert fit_beside(engine, engine.collection.features[row][None], hits) == list(hits)


@pytest.mark.parametrize(
    ("item", "named"),
    [
        ("grace-hopper", ["hat", "people"]),
        ("men-with-tattoos", ["people"]),
        ("japan", ["people"]),
        ("dog", ["curtain", "hat"]),
    ],
)
def test_a_label_that_hardly_fits_names_no_picture_of_people(item: str, named: list[str], photos: Engine) -> None:
    encoded = photos.encoded(photos.collection.row(item))
    labels = photos.label_encoded(encoded, 10, ["curtain", "hat", "people"])
    assert sorted(label.word for label in labels) == sorted(named)
    text = page_text(app("labels", item=item, collection="photos", vocabulary="Your words", labels="curtain, hat, people"))
    assert "Best name: curtain" not in text
