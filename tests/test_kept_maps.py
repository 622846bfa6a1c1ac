"""A few new images do not move the others on the maps of a collection, and many new images make new maps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from devise_core.collections import writer
from devise_core.collections.folder import FolderCollection
from devise_core.collections.kept_maps import MOST_CHANGED, extended, kept_maps
from devise_core.collections.projection import Projections, project
from devise_core.collections.writer import write_collection
from devise_core.datatypes import Item
from devise_core.storage.paths import CollectionLayout
from devise_core.vectors import Floats
from tests.fakes import unit_rows

COUNT, DIMENSION = 60, 8
ROWS = unit_rows(COUNT + 20, DIMENSION)
EARLIER = ROWS[:COUNT]


@pytest.fixture(scope="module")
def maps() -> Projections:
    """The maps of ``EARLIER``."""
    return project(EARLIER, methods=("tsne", "pca"))


def test_new_images_are_placed_among_the_others_which_stay(maps: Projections) -> None:
    now = np.concatenate([EARLIER[30:], ROWS[COUNT : COUNT + 4], EARLIER[:30]])
    result = extended(maps, EARLIER, now)
    assert result is not None and result.anchors is not None
    earlier = np.concatenate([np.arange(30), np.arange(34, 64)])
    assert (result.anchors == earlier).all()
    for name, places in maps.places.items():
        assert (result.places[name][earlier] == np.roll(places, 30, axis=0)).all()
        assert result.places[name].shape == (64, places.shape[1])
        assert result.places[name][30:34] == pytest.approx(
            np.stack([maps.place(name, vector, EARLIER) for vector in now[30:34]]).clip(0, 1), abs=1e-5
        )
    assert (result.clusters[earlier] == np.roll(maps.clusters, 30, axis=0)).all()
    assert result.trustworthiness.keys() == maps.trustworthiness.keys()
    assert result.trustworthiness["tsne2"] != maps.trustworthiness["tsne2"]


@pytest.mark.parametrize(("new", "gone", "kept"), [(6, 0, True), (7, 0, False), (0, 6, True), (0, 7, False), (0, 0, True)])
def test_many_changes_make_new_maps(new: int, gone: int, kept: bool, maps: Projections) -> None:
    result = extended(maps, EARLIER, ROWS[gone : COUNT + new])
    assert (result is not None) == kept
    if result is not None:
        assert all(len(places) == COUNT + new - gone for places in result.places.values())


def test_images_added_a_few_at_a_time_make_new_maps_in_the_end(maps: Projections) -> None:
    """What counts is how many images were not there when the maps were made, not how many are new this time."""
    count, current = COUNT, maps
    while (result := extended(current, ROWS[:count], ROWS[: count + 2])) is not None:
        count, current = count + 2, result
    assert count == COUNT + 6
    assert current.anchors is not None and len(current.anchors) == COUNT >= (1 - MOST_CHANGED) * count


def test_equal_images_keep_their_own_places(maps: Projections) -> None:
    twice = EARLIER.copy()
    twice[7] = twice[3]
    random = np.random.default_rng(1)
    apart = replace(maps, places={name: random.random(each.shape, np.float32) for name, each in maps.places.items()})
    result = extended(apart, twice, np.concatenate([twice, ROWS[COUNT : COUNT + 1]]))
    assert result is not None
    assert (result.places["tsne2"][[3, 7]] == apart.places["tsne2"][[3, 7]]).all()


def test_a_cluster_without_images_makes_new_maps(maps: Projections) -> None:
    clusters = np.zeros_like(maps.clusters)
    clusters[0] = 1
    assert extended(replace(maps, clusters=clusters), EARLIER, EARLIER[:-1]) is not None
    assert extended(replace(maps, clusters=clusters), EARLIER, EARLIER[1:]) is None


def test_a_damaged_vector_has_a_place(maps: Projections) -> None:
    damaged = np.full((1, DIMENSION), np.nan, dtype=np.float32)
    result = extended(maps, EARLIER, np.concatenate([EARLIER, damaged]))
    assert result is not None
    assert all(np.isfinite(places).all() for places in result.places.values())


def written(folder: Path, embeddings: Floats, before: Path | None = None) -> FolderCollection:
    """Write a collection without image files, and open it."""
    folder.mkdir()
    items = [Item(f"{number:02d}", f"images/{number:02d}.webp", (f"name {number}",)) for number in range(len(embeddings))]
    earlier = CollectionLayout(before) if before else None
    write_collection(CollectionLayout(folder), items, embeddings, embeddings, "model", "test", before=earlier)
    return FolderCollection.open(folder)


def test_a_collection_that_is_written_again_keeps_its_maps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few, more = ROWS[:44], ROWS[:47]  # too few for UMAP, which is slow
    first = written(tmp_path / "first", few)
    monkeypatch.setattr(writer, "project", lambda _: pytest.fail("made new maps"))
    second = written(tmp_path / "second", more, tmp_path / "first")
    for name, places in first.projections.places.items():
        assert (second.projections.places[name][:44] == places).all()
    place = second.projections.place("tsne2", ROWS[-1], more)
    assert place == pytest.approx(first.projections.place("tsne2", ROWS[-1], few))
    layout = CollectionLayout(tmp_path / "second")
    assert kept_maps(layout, more) is not None
    layout.projections.write_bytes(b"damaged")
    assert kept_maps(layout, more) is None
