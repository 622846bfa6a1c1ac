"""No map puts a picture of people among apes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from devise_core import Engine
from devise_core.collections.people_apart import NEAR, people_apart
from devise_core.collections.projection import project
from ui.map.data import _message


@pytest.mark.artifacts
@pytest.mark.parametrize("collection", ["photos", "stamps"])
def test_no_neighbour_of_people_on_a_map_is_an_ape(engine: Engine, collection: str) -> None:
    on = engine.on(collection)
    guard, features = on.parts.people_guard, np.asarray(on.collection.features, dtype=np.float32)
    assert guard
    primates = guard.show_primates(features)
    people = np.flatnonzero(guard.show_people(features) & ~primates)
    assert primates.any()
    assert len(people) > 3
    for name, places in on.maps.places.items():
        for row in people:
            distances = np.linalg.norm(places - places[row], axis=1)
            distances[row] = np.inf
            assert not primates[np.argsort(distances)[:NEAR]].any(), (name, on.collection.items[int(row)].id)


@pytest.mark.artifacts
def test_the_page_draws_those_maps(photos: Engine) -> None:
    row, moved = photos.collection.row("australia"), photos.maps.places["tsne2"]
    assert not np.allclose(moved[row], photos.collection.projections.places["tsne2"][row])
    others = np.delete(moved - photos.collection.projections.places["tsne2"], row, axis=0)
    assert np.count_nonzero(np.abs(others).max(axis=1)) < 5
    assert json.loads(_message(photos))["count"] == len(photos.collection)


def test_maps_without_people_or_without_another_place_stay() -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(12, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    maps, nobody = project(rows, ["pca"]), np.zeros(12, dtype=np.bool_)
    alone = nobody.copy()
    alone[0] = True
    assert people_apart(maps, nobody, ~nobody, rows) is maps
    assert people_apart(maps, alone, nobody, rows) is maps
    kept = people_apart(maps, alone, ~alone, rows).places["pca2"]
    assert kept == pytest.approx(maps.places["pca2"])
