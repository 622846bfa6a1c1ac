"""The bars of *Labels* after the best name are in the order of the percentages that they show."""

from __future__ import annotations

import pytest

from devise_core import Engine
from tests.app_testing import app


def bars(item: str, collection: str) -> list[tuple[str, int]]:
    """Return the word and the percentage of each bar."""
    texts = [bar.proto.text.split("  ·  ") for bar in app("labels", item=item, collection=collection).get("progress")]
    return [(word.replace("\\", ""), int(percentage.rstrip("%"))) for word, _, percentage in texts]


@pytest.mark.parametrize(
    ("item", "collection"), [("astronaut", "photos"), ("moonwalk", "photos"), ("grace-hopper", "photos"), ("violin", "stamps")]
)
def test_the_word_that_fits_best_is_first_and_the_others_are_sorted(engine: Engine, item: str, collection: str) -> None:
    on = engine.on(collection)
    names = on.names(on.encoded(on.collection.row(item)))
    assert names
    shown = bars(item, collection)
    assert shown[0][0] == names.hits[0].word
    shares = [share for _, share in shown[1:]]
    assert len(shares) > 2
    assert shares == sorted(shares, reverse=True)


def test_the_model_does_not_return_them_in_this_order(engine: Engine) -> None:
    """Sorting by the probability alone would name far fewer pictures correctly, because general words always have a higher one."""
    photos = engine.on("photos")
    names = photos.names(photos.encoded(photos.collection.row("astronaut")))
    assert names
    assert list(names.shares[1:]) != sorted(names.shares[1:], reverse=True)
