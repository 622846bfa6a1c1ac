"""A picture that shows what a visitor does not want is not among the pictures similar to another one."""

from __future__ import annotations

import pytest

from devise_core import Engine
from devise_core.collections.map_labels import most_shown
from tests.app_testing import app, page_text, tile_names
from ui.picture.similar_images import PICTURE, marks_of_both, with_picture, without_shown

pytestmark = pytest.mark.artifacts


@pytest.mark.parametrize("words", ["-bird", "without bird"])
def test_what_is_subtracted_from_a_picture_is_left_out(words: str, photos: Engine) -> None:
    hits = photos.search_text("bird", 20)
    assert len(without_shown(photos, hits, ["bird"])) < 5
    assert without_shown(photos, hits, []) == list(hits)
    item = next(item.id for item in photos.collection.items if item.name == "owl")
    test = app("image_search", item=item, q=words, collection="photos")
    assert f"This picture, {words}" in page_text(test).replace("\\", "")
    assert tile_names(test)
    assert {"heron", "kingfisher", "swan", "toucan"}.isdisjoint(tile_names(test)[:12])


def test_a_region_has_no_words_for_sex() -> None:
    shown = [{"female": 0.9, "bird": 0.9}, {"female": 0.9, "bird": 0.8}]
    assert most_shown(shown, 5) == [("bird", 2)]


def test_what_shows_neither_the_picture_nor_the_words_is_weak(photos: Engine) -> None:
    encoded = photos.encoded(photos.collection.row("windmill"))
    query = photos.query(with_picture("snow"), {PICTURE: encoded.embeddings[0]})
    hits = [photos.hits(photos.ranking(photos.query(name))[:1])[0] for name in ("windmill", "fish")]
    hits.append(next(hit for hit in photos.search_text("snow", 40) if "snow" in hit.name))
    strong = marks_of_both(photos, hits, encoded, query).strong
    assert strong is not None and [hit.id in strong for hit in hits] == [True, False, True]
