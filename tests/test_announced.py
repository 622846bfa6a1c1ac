"""Which pictures are announced as good matches for a kind of thing, and the benchmark that measures it."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.announced import Kind, kinds, precision_and_recall
from devise_core import Engine
from devise_core.verbs.evidence import SURE
from tests.app_testing import app, page_text, tiles

pytestmark = pytest.mark.artifacts


def test_what_is_announced_is_compared_with_what_is_there() -> None:
    evidence, shown = np.asarray([0.9, 0.8, 0.4, 0.1], dtype=np.float32), np.asarray([True, False, True, True])
    kind = Kind(evidence, evidence > 0.3, shown)
    assert precision_and_recall([kind], lambda kind: kind.possible) == (2 / 3, 2 / 3, 0.0)
    assert precision_and_recall([kind], lambda kind: kind.evidence > 0.85) == (1.0, 1 / 3, 1.0)


@pytest.mark.parametrize("collection", ["photos", "stamps"])
def test_what_is_announced_is_more_precise_than_what_may_match(collection: str, engine: Engine) -> None:
    of = kinds(engine.on(collection))
    assert len(of) > 20
    possible = precision_and_recall(of, lambda kind: kind.possible)
    announced = precision_and_recall(of, lambda kind: kind.possible & (kind.evidence >= SURE))
    assert announced[0] > possible[0] + 0.05
    assert announced[2] > possible[2] + 0.1


def test_only_pictures_that_the_app_is_sure_of_are_announced() -> None:
    """An earlier version said "8 pictures match well" of one dog, a peahen, a monkey, a donkey, a yak, a cat and two sheep."""
    test = app("text_search", q="dog", collection="stamps")
    assert "**1** of 384 pictures matches well" in page_text(test)
    assert "more may match" in page_text(app("text_search", q="tool", collection="stamps"))
    first, *others = tiles(test)
    assert first["id"] == "dog" and not first.get("weak")
    assert all(tile["weak"] for tile in others)


def test_those_that_may_match_follow_those_that_match(engine: Engine) -> None:
    matches = engine.on("photos").matches(engine.query("cat"))
    strong, likely = matches.strong().rows.tolist(), matches.likely().rows.tolist()
    assert len(likely) > len(strong) > 0
    assert likely[: len(strong)] == strong
    assert len(set(likely)) == len(likely)


@pytest.mark.parametrize(("text", "other"), [("house", "palace"), ("home", "petra"), ("fruit", "corn")])
def test_what_hardly_anybody_calls_so_is_not_announced(photos: Engine, text: str, other: str) -> None:
    """WordNet calls a palace a house, a cliff dwelling a home and corn a fruit. Petra was once shown first for "house"."""
    matches = photos.matches(photos.query(text))
    announced = photos.hits(matches.strong()) if matches.sure else []
    assert not any(other in hit.labels for hit in announced)
