"""A search for people in general is judged by the person signal of the namer, because no label of the classifier is "person"."""

from __future__ import annotations

import pytest

from devise_core import Engine
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.datatypes import Item
from ui.home.answer import answer_to_text


@pytest.mark.parametrize("text", ["people", "person", "human", "two people"])
def test_people_are_announced_and_no_animals_follow(photos: Engine, text: str) -> None:
    matches = photos.matches(photos.query(text))
    assert matches.sure
    assert len(matches.strong()) > 10
    items = photos.collection.items_at(matches.ranking.rows)
    assert not [item.id for item in items if item.category == "animals"]


@pytest.mark.parametrize(
    "text", ["beautiful people", "sad person", "weird people", "gay people", "criminal people", "child", "man"]
)
def test_judged_people_and_kinds_of_people_are_not_announced(photos: Engine, text: str) -> None:
    assert not photos.matches(photos.query(text)).sure


def test_people_without_another_word_go_to_people(photos: Engine) -> None:
    names = ("man-on-the-beach", "couple-with-glasses", "hammer1", "nuthatch")
    encoded = {name: photos.encoded(photos.collection.row(name)) for name in names}
    images = [InMemoryImage(Item(name, name), name, b"", each.features[0], each.embeddings[0]) for name, each in encoded.items()]
    mine = photos.on(InMemoryCollection("mine", images))
    groups = {label: {hit.id for hit in hits} for label, hits in mine.sort_by_labels(["bird", "tool", "people"]).items()}
    assert groups == {"bird": {"nuthatch"}, "tool": {"hammer1"}, "people": {"man-on-the-beach", "couple-with-glasses"}}
    assert min(hit.cosine for hits in mine.sort_by_labels(["people", "bird"]).values() for hit in hits) > -0.5


def test_people_go_to_people_unless_another_word_fits_better(photos: Engine) -> None:
    """People at a table used to be listed under "furniture" or "food"."""
    groups = photos.sort_by_labels(["people", "food", "hat", "furniture"])
    ids = {label: {hit.id for hit in hits} for label, hits in groups.items()}
    assert {"couple-with-glasses", "grace-hopper"} <= ids["people"]
    assert "billiards" in ids["furniture"]


@pytest.mark.parametrize("text", ["baby", "happy child", "face", "person"])
@pytest.mark.parametrize("collection", ["photos", "stamps"])
def test_the_star_of_people_is_not_among_animals(engine: Engine, collection: str, text: str) -> None:
    on = engine.on(collection)
    shown = answer_to_text(on, text)
    first = next(iter([*shown["captioned"], *shown["tiles"]]), None)
    if on.matches(on.query(text)).sure or first is None:
        assert first or shown["place"] is None
        return
    assert shown["place"] == answer_to_text(on, text)["tiles"][0]["place"] or shown["captioned"]
    assert not on.collection.items[on.collection.row(str(first["id"]))].category.startswith("animals")
