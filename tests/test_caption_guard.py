"""Which pictures a query about people finds by their captions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devise_core import Engine
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.datatypes import Item

pytestmark = pytest.mark.artifacts


def ids_of(engine: Engine, query: str) -> set[str]:
    return {hit.id for hit in engine.found_by_caption(engine.query(query))}


def described(engine: Engine, **captions: str) -> Engine:
    """An album of bundled photographs with other captions."""
    images = []
    for name, caption in captions.items():
        of = engine.encoded(engine.collection.row(name.replace("_", "-")))
        item = replace(Item(name, name), caption=caption)
        images.append(InMemoryImage(item, name, b"", of.features[0], of.embeddings[0]))
    return engine.on(InMemoryCollection("mine", images))


@pytest.mark.parametrize("query", ["black people", "white people", "black men"])
def test_a_colour_of_clothes_or_of_a_photograph_is_none_of_people(query: str, photos: Engine) -> None:
    assert not ids_of(photos, query)


@pytest.mark.parametrize("query", ["IMG_0001", "img_0001.JPG", "IMG 0001.heic"])
def test_a_photo_is_found_by_the_name_of_its_file(query: str, photos: Engine) -> None:
    album = described(photos, woman_on_the_beach="img 0001", man_at_the_canyon="img 0002")
    assert ids_of(album, query) == {"woman_on_the_beach"}
    assert [hit.id for hit in album.found_by_caption("0001.jpeg")] == ["woman_on_the_beach"]


def test_an_unknown_word_is_looked_for_too(photos: Engine) -> None:
    album = described(photos, woman_on_the_beach="dog 0001", man_at_the_canyon="dog")
    assert ids_of(album, "dog 0001") == ids_of(album, "hund 0001") == {"woman_on_the_beach"}
    assert ids_of(album, "dogs") == {"woman_on_the_beach", "man_at_the_canyon"}


def test_a_group_is_found_if_a_caption_names_it(photos: Engine) -> None:
    album = described(photos, woman_on_the_beach="black people at the sea", man_at_the_canyon="people in black, and white snow")
    assert ids_of(album, "black people") == {"woman_on_the_beach"}
    assert ids_of(album, "people") == {"woman_on_the_beach", "man_at_the_canyon"}


def test_the_young_of_animals_are_not_found_for_people(photos: Engine) -> None:
    album = described(photos, gorilla="a gorilla with its baby", grace_hopper="a baby", dog="a child with a dog")
    assert ids_of(album, "baby") == {"grace_hopper"}
    assert ids_of(album, "baby gorilla") == {"gorilla"}
