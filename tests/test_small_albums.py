"""What matches in a handful of pictures is decided by what the classifier sees in them, and not by the cosine."""

from __future__ import annotations

from devise_core import Engine
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.datatypes import Item

ANIMALS, PEOPLE = ("alpaca", "honey-bee", "bee"), ("woman-on-the-beach", "man-at-the-canyon", "astronaut", "grace-hopper")


def test_animals_match_and_people_do_not_in_a_small_album(engine: Engine) -> None:
    """The cosine of "animal" with a picture of a person can be higher than with one of a bee. It does not decide."""
    photos = engine.on("photos")
    encoded = {name: photos.encoded(photos.collection.row(name)) for name in (*PEOPLE, *ANIMALS)}
    images = [InMemoryImage(Item(name, name), name, b"", each.features[0], each.embeddings[0]) for name, each in encoded.items()]
    album = engine.on(InMemoryCollection("mine", images))
    matches = album.matches(album.query("animal"))
    ids = [hit.id for hit in album.hits(matches.ranking)]
    assert matches.sure
    assert len(matches.strong()) == 2
    assert set(ids) <= set(ANIMALS), "nobody is a weak match either"
