"""The tables of labels, absent nouns and judged queries."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core import Engine
from devise_core.evaluate.absent import refusal_figures
from devise_core.evaluate.data import read_data
from devise_core.evaluate.labels import Name, Truth, naming_hits
from devise_core.evaluate.people import PASCAL, WITH, WITHOUT, NameGuard, listed
from devise_core.evaluate.protocols import PROTOCOLS
from devise_core.evaluate.queries import BUNDLED, FLICKR
from devise_core.results import read_results
from devise_core.search.naming import Names
from devise_core.storage.paths import BUNDLED_ARTIFACTS, ArtifactLayout
from ui.results.comparison import NAMES

SEA_LION = Truth(frozenset({"sea lion"}), frozenset({"sea lion", "sea", "lion"}), frozenset({"n1", "n2"}))


@pytest.mark.parametrize(
    ("name", "hit", "words", "kin"),
    [
        (Name(("sea lion",)), 1, 1, 1),
        (Name(("lion",)), 0, 1, 0),
        (Name(("seal",), "n2"), 0, 0, 1),
        (Name(("steller", "sea lion")), 1, 1, 1),
        (Name(("walrus",), ""), 0, 0, 0),
    ],
)
def test_a_name_is_right_by_three_rules(name: Name, hit: int, words: int, kin: int) -> None:
    metrics = naming_hits([[Name(("fish",)), name]], [SEA_LION])
    assert [metrics[f"{rule}@1"][0] for rule in ("hit", "words", "kin")] == [0, 0, 0]
    assert [metrics[f"{rule}@5"][0] for rule in ("hit", "words", "kin")] == [hit, words, kin]


def test_refusal_figures_of_separable_scores() -> None:
    present, missing = np.asarray([0.4, 0.6, 0.8, 1.0]), np.asarray([0.1, 0.5])
    assert refusal_figures(present, missing, limit=0.5, share=0.5) == (7 / 8, 0.0, 0.75, 0.5)


def test_tied_scores_count_half() -> None:
    assert refusal_figures(np.ones(3), np.ones(2), 1.0, 0.5)[0] == 0.5


def test_a_name_that_could_hurt_needs_a_sure_classifier(engine: Engine) -> None:
    namer = engine.parts.namer
    assert namer is not None
    guard = NameGuard(namer.table, listed(namer.table))
    dog, flag = namer.table.words.index("dog"), namer.table.words.index("bikini")
    classes = np.zeros(len(namer.table.own_line), dtype=np.float32)
    assert guard.has_unsure_name(Names((), (), (dog,)), classes)
    classes[namer.table.labels_of("a")[0]] = 0.6
    assert not guard.has_unsure_name(Names((), (), (dog, -1)), classes)
    assert guard.has_unsure_name(Names((), (), (dog, flag)), classes)


def test_the_published_figures_of_people_are_safe() -> None:
    results = read_results(ArtifactLayout(BUNDLED_ARTIFACTS).results)
    assert results is not None
    people = next(table for table in results.tables if table.protocol == "people").methods()
    assert set(people) == {WITH, WITHOUT, PASCAL}
    assert [(name, row["unsure@10"].value, row["hurtful@10"].value) for name, row in people.items()] == [
        (name, 0, 0) for name in people
    ]
    assert [name for name in (WITH, PASCAL) if (people[name]["person@3"].value or 0) < 0.6] == []


def test_the_judged_data_are_consistent() -> None:
    queries = read_data("queries")
    assert len(queries) == 265
    assert {row["set"] for row in queries} == {*BUNDLED, FLICKR}
    assert len({(row["query"], row["set"]) for row in queries}) == 265
    absent = {(row["noun"], row["collection"]) for row in read_data("absent")}
    assert len(absent) == 287
    assert not absent & {(row["query"], row["set"]) for row in queries if row["relevant"]}


def test_the_judged_ids_are_in_the_collections() -> None:
    from devise_core.engine import load_engine

    for name in BUNDLED:
        collection = load_engine(collection=name).collection
        for row in read_data("queries"):
            if row["set"] == name and row["relevant"]:
                assert all(item in collection for item in row["relevant"].split("|")), row["query"]


def test_every_protocol_has_a_name_on_the_page_results() -> None:
    assert set(NAMES) == set(PROTOCOLS)
