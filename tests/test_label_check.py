"""In a collection with labels, a picture whose labels name other things is not announced as a match."""

from __future__ import annotations

import pytest

from devise_core import Engine


@pytest.mark.parametrize(
    ("collection", "text", "other"),
    [
        ("photos", "dog", "goat"),
        ("photos", "Hund", "goat"),
        ("photos", "dog -golden retriever", "goat"),
        ("photos", "bird", "flying fox"),
        ("photos", "birds", "redwood"),
        ("photos", "vehicle", "fort"),
        ("stamps", "vegetable", "saturn"),
        ("stamps", "tool", "grave marker"),
    ],
)
def test_a_picture_of_something_else_does_not_match(engine: Engine, collection: str, text: str, other: str) -> None:
    on = engine.on(collection)
    query = on.query(text)
    matches, evidence = on.matches(query), on.evidence(query)
    assert matches.sure
    assert matches.evidence is not None
    assert evidence is not None
    others = [row for row, item in enumerate(on.collection.items) if other in item.labels and evidence.good[row]]
    assert others  # the classifier alone would announce them
    assert len(matches.strong())
    assert not matches.evidence.good[others].any()
    assert not matches.evidence.possible[others].any()


@pytest.mark.parametrize(("collection", "text"), [("photos", "shark"), ("photos", "ship"), ("stamps", "goat")])
def test_nothing_is_announced_if_all_labels_name_other_things(engine: Engine, collection: str, text: str) -> None:
    on = engine.on(collection)
    query = on.query(text)
    evidence = on.evidence(query)
    assert evidence is not None
    assert evidence.sure
    matches = on.matches(query)
    assert not matches.sure
    assert len(matches.closest)


@pytest.mark.parametrize("text", ["boat", "animal", "fruit", "musical instrument", "violin"])
def test_kinds_and_ends_of_labels_agree(engine: Engine, text: str) -> None:
    assert engine.matches(engine.query(text)).sure


def test_a_yak_is_an_animal_although_no_label_of_the_classifier_is_a_yak(engine: Engine) -> None:
    strong = engine.collection.items_at(engine.matches(engine.query("animal")).strong().rows)
    assert any("yak" in item.labels for item in strong)


def test_the_order_does_not_depend_on_labels(photos: Engine) -> None:
    query = photos.query("dog")
    assert photos.matches(query).ranking.rows.tolist() == photos.ranking(query).rows.tolist()


def test_pictures_without_labels_are_not_checked(photos: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    query = photos.query("ship")
    bare = [replace(item, labels=(), caption="") for item in photos.collection.items]
    monkeypatch.setattr(photos.collection, "items_at", lambda rows: [bare[int(row)] for row in rows])
    assert photos.matches(query).sure
