"""Rankings, cut-offs, filters and exports, over a few images with results computed by hand."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import numpy as np
import pytest

from devise_core import Engine
from devise_core.collections.export import as_csv, as_json, as_zip
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.datatypes import Hit, Item
from devise_core.errors import ArtifactError
from devise_core.search.conditions import ItemPostings, lineage, mask_of, satisfies
from devise_core.search.cutoff import chance_cosine, cut_off
from devise_core.search.filters import Filter
from devise_core.search.near_duplicates import fold_near_duplicates
from devise_core.search.ranking import Ranking
from devise_core.verbs.evidence import SURE, Evidence
from devise_core.verbs.matches import Matches

RANKING = Ranking.of(np.asarray([0.2, 0.9, 0.5, 0.9], np.float32))
ITEMS = [
    Item("a", "a.png", ("cat",), "animals/cats", taken="2019-05-03T14:22:05"),
    Item("b", "b.png", ("crow", "bird"), "animals/birds", taken="2020-05-03"),
    Item("c", "c.png", ("boat",), "vehicles"),
    Item("d", "d.png", (), ""),
]


def test_ties_keep_their_order() -> None:
    assert RANKING.rows.tolist() == [1, 3, 2, 0]
    assert RANKING[1:3].rows.tolist() == [3, 2]
    assert RANKING.from_cosine(0.5).rows.tolist() == [1, 3, 2]
    assert RANKING.kept(np.asarray([True, False, True, True], bool)).rows.tolist() == [3, 2, 0]
    assert RANKING.by_name(["d", "c", "A", "b"]).rows.tolist() == [2, 0, 3, 1]
    assert RANKING.newest_first(["2019-05-03", "", "2020-01-01T09:00:00", "2019-05-03"]).rows.tolist() == [2, 1, 0, 3]


def test_near_duplicates_are_grouped_under_the_best_one() -> None:
    features = np.asarray([[1, 0], [0, 1], [1, 0.1], [0, 2]], np.float32)  # 3 looks like 1, and 0 almost like 2
    kept, under = fold_near_duplicates(RANKING, features)
    assert kept.rows.tolist() == [1, 2]
    assert kept.cosines.tolist() == pytest.approx([0.9, 0.5])
    assert under == {1: [3], 2: [0]}
    chain = np.asarray([np.cos([0, 0.3, 0.6, 0.9]), np.sin([0, 0.3, 0.6, 0.9])], np.float32).T  # only angles of 0.3 are near
    kept, under = fold_near_duplicates(Ranking.of(np.zeros(4, np.float32)), 7 * chain)
    assert (kept.rows.tolist(), under) == ([0, 2], {0: [1], 2: [3]})  # a folded image folds no other
    with pytest.raises(ArtifactError, match="no direction"):
        fold_near_duplicates(RANKING, np.asarray([[1, 0], [0, 0], [1, 0.1], [0, 2]], np.float32))
    empty, none = fold_near_duplicates(RANKING[:0], features)
    assert not len(empty)
    assert not none


def test_the_cut_off_is_above_chance_and_near_the_best() -> None:
    nouns = np.eye(2, dtype=np.float32)
    pictures = np.asarray([[1, 0], [0.6, 0.8], [0.8, 0.6]], np.float32)
    assert chance_cosine(nouns, pictures) == pytest.approx(0.8 + 0.3 * 0.2)  # the best cosines of the two nouns are 1 and 0.8
    assert chance_cosine(nouns, pictures[:0]) == 1.0
    assert cut_off(np.asarray([0.9, 0.2], np.float32), 0.3) == pytest.approx(0.63)
    assert cut_off(np.asarray([0.4, 0.2], np.float32), 0.3) == pytest.approx(0.3)
    assert cut_off(np.empty(0, np.float32), 0.3) == 0.3


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (Filter(), "abcd"),
        (Filter(categories=["animals"]), "ab"),
        (Filter(categories=["animals", "vehicles"], not_labels=["crow"]), "ac"),
        (Filter(labels=["bird", "boat"]), "bc"),
        (Filter(not_categories=["animals"]), "cd"),
        (Filter(categories=["animals"], not_categories=["animals/birds"]), "a"),
        (Filter(labels=["no such"]), ""),
        (Filter(taken=["2019"]), "a"),
        (Filter(taken=["2019-05-03", "2020-05"]), "ab"),
        (Filter(categories=["animals"], taken=["2020"]), "b"),
        (Filter(taken=["05"]), ""),
    ],
)
def test_filters_combine(kept: Filter, expected: str) -> None:
    mask = mask_of(kept.condition, ItemPostings(ITEMS))
    assert "".join(item.id for item, passes in zip(ITEMS, mask, strict=True) if passes) == expected
    assert "".join(item.id for item in ITEMS if satisfies(kept.condition, item)) == expected


def test_categories_and_labels_to_filter_by() -> None:
    assert lineage("a/b/c") == ["a", "a/b", "a/b/c"]
    vector = np.ones(1, np.float32)
    about = InMemoryCollection("four", [InMemoryImage(item, "", b"", vector, vector) for item in ITEMS]).about
    assert about.categories == {"animals": 2, "animals/birds": 1, "animals/cats": 1, "vehicles": 1}
    assert about.labels == {"bird": 1, "boat": 1, "cat": 1, "crow": 1}
    assert not Filter()
    assert Filter(not_labels=["x"])
    assert Filter(taken=["2019"])
    assert about.years == {"2019": 1, "2020": 1}


def test_formulas_are_escaped_in_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv([Hit(Item("=1+1", "", ("@x", "y"), "", "a, b"), 0, None, -0.5)]))))
    assert rows[0]["id"] == "'=1+1"
    assert rows[0]["labels"] == "'@x|y"
    assert rows[0]["caption"] == "a, b"
    assert rows[0]["cosine"] == "-0.5000"


def test_hits_are_exported_as_json_and_zip(engine: Engine) -> None:
    hits = engine.search_text("violin", k=2)
    assert [row["id"] for row in json.loads(as_json(hits))] == [hit.id for hit in hits]
    assert "path" not in as_json(hits)
    with zipfile.ZipFile(io.BytesIO(as_zip(engine.collection, hits))) as archive:
        assert archive.namelist() == ["001-violin.webp", "002-cello.webp", "ATTRIBUTION.csv"]
        picture = engine.collection.picture(hits[0].row)
        assert archive.read("001-violin.webp") == (picture if isinstance(picture, bytes) else picture.read_bytes())
        assert b"GPL" in archive.read("ATTRIBUTION.csv")


def test_the_chance_level_separates_present_from_absent_things(engine: Engine, photos: Engine) -> None:
    """The best cosine is above the level for a thing in the collection, and below it for something else."""
    for searched, present, absent in ((engine, "violin", "democracy"), (photos, "castle", "lawsuit")):
        best = [searched.ranking(searched.embed_text(word)).cosines[0] for word in (present, absent)]
        assert best[1] < searched.chance_cosine < best[0]


def test_evidence_decides_what_matches_well_unless_a_threshold_is_given() -> None:
    good = np.asarray([False, True, False, False], bool)
    matches = Matches(RANKING, 0.5, Evidence(True, good))
    assert matches.strong().rows.tolist() == [1]
    assert matches.strong(0.99).rows.tolist() == []
    assert matches.strong(-1.0).rows.tolist() == [1]  # a lower threshold makes no more matches good
    assert set(matches.from_threshold(-1.0).rows.tolist()) == set(RANKING.rows.tolist())
    assert matches.from_threshold(-1.0).rows[0] == 1
    assert not matches.sure
    assert Matches(RANKING, 0.5, Evidence(True, good, best=SURE)).sure
    assert Matches(RANKING, 0.5, None).sure
    assert Matches(RANKING, 0.5, None).strong(0.1).rows.tolist() == RANKING.from_cosine(0.5).rows.tolist()
    assert Matches(RANKING, 0.5, None).strong().rows.tolist() == RANKING.from_cosine(0.5).rows.tolist()
    assert not Matches(RANKING, 0.5, None).absent
    assert Matches(RANKING, 0.5, Evidence(False, good & False)).absent


def test_a_ranking_is_continued_by_the_rest_of_another() -> None:
    everything = Ranking.of(np.asarray([0.1, 0.9, 0.5], dtype=np.float32))
    joined = everything.kept(np.asarray([True, False, False], bool)).then(everything)
    assert joined.rows.tolist() == [0, 1, 2]
    assert joined.cosines.tolist() == pytest.approx([0.1, 0.9, 0.5])
