"""The samples of a collection show well what a search with an image finds."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core import Engine
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.datatypes import Item
from devise_core.report import example_images as module
from devise_core.report.example_images import COUNT, NEIGHBOURS, example_images


def agreeing(engine: Engine, item_id: str) -> float:
    """Return the share of an image's nearest images that have one of its labels, or its category."""
    item = engine.collection.items[engine.collection.row(item_id)]
    words = module._label_words(item)
    hits = [*engine.more_like(item_id, NEIGHBOURS), *engine.more_like(item_id, NEIGHBOURS, by="visual")]
    near = [engine.collection.items[hit.row] for hit in hits]
    same = [bool(words & module._label_words(other)) or item.category == other.category for other in near]
    return float(np.mean(same))


def _with_rows(engine: Engine, ids: list[str]) -> list[tuple[Item, int]]:
    rows = [engine.collection.row(each) for each in ids]
    return list(zip(engine.collection.items_at(rows), rows, strict=True))


@pytest.mark.parametrize("collection", ["photos", "stamps"])
def test_the_neighbours_of_a_sample_show_the_same(engine: Engine, collection: str) -> None:
    on = engine.on(collection)
    samples = example_images(on)
    assert len(set(samples)) == COUNT
    every = [agreeing(on, item.id) for item in on.collection.items[::6]]
    assert np.mean([agreeing(on, sample) for sample in samples]) > np.mean(every)
    assert min(agreeing(on, sample) for sample in samples) > 0.6
    assert agreeing(on, samples[0]) >= 0.8
    named = [bool(module._label_words(item) & set(on.label_all(1, [row])[0])) for item, row in _with_rows(on, samples)]
    assert all(named)
    assert example_images(on) == samples, "the choice is the same in every session"


def test_samples_are_different_things(engine: Engine) -> None:
    items = [engine.collection.items[engine.collection.row(sample)] for sample in example_images(engine)]
    assert len({item.category for item in items}) == COUNT
    assert len({item.labels for item in items}) == COUNT


def test_an_image_is_better_if_its_neighbours_share_its_label() -> None:
    words = [{"dog"}, {"dog"}, {"cat"}, {"sea"}]
    agreement = module._agreement(words, ["", "", "", ""])
    assert agreement[:2, :2].tolist() == [[1, 1], [1, 1]]
    assert module._agreement([set(), set()], ["animals", "animals"]).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    vectors = np.array([[1, 0], [0.9, 0.44], [0, 1], [-1, 0]], np.float32)
    goodness = module._mean_of_nearest(vectors, agreement)
    assert goodness.argmax() in (0, 1)
    assert goodness[3] == 0
    assert module._different(np.array([3, 2, 1], np.float32), [{"dog"}, {"dog"}, {"cat"}], ["", "", ""], 2) == [0, 2]


def test_a_collection_without_labels_has_samples(engine: Engine) -> None:
    encoded = [engine.encoded(row) for row in range(0, len(engine.collection), 20)]
    images = [
        InMemoryImage(Item(str(place), "a"), str(place), b"", each.features[0], each.embeddings[0])
        for place, each in enumerate(encoded)
    ]
    collection = InMemoryCollection("uploads", images)
    samples = example_images(engine.on(collection))
    assert len(set(samples)) == COUNT
    assert set(samples) <= {item.id for item in collection.items}
