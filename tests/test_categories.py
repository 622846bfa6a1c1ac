"""Categories of a collection as queries, and how their results are judged."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core import Engine
from devise_core.datatypes import Item
from devise_core.evaluate.categories import CategoryJudge, evaluate_categories, in_category


def test_categories_match_whole_path_components() -> None:
    assert in_category(["animals/birds", "animals", "birdsong", ""], "birds").tolist() == [True, False, False, False]
    assert in_category(["animals/birds", "animals", "birdsong", ""], "animals").tolist() == [True, True, False, False]


def test_categories_are_evaluated_as_queries(engine: Engine) -> None:
    evaluations = evaluate_categories(engine)
    by_query = {evaluation.query: evaluation for evaluation in evaluations}
    assert by_query["birds"].images >= sum("birds" in item.category.split("/") for item in engine.collection.items)
    assert [each.average_precision for each in evaluations] == sorted(
        (each.average_precision for each in evaluations), reverse=True
    )
    assert by_query["birds"].average_precision > 0.8 > by_query["hats"].average_precision
    assert not {"arttools", "newyears", "things", "household"} & set(by_query)  # they name no kinds of things
    verdicts = CategoryJudge(engine).judge(engine.collection.items, "birds")
    judged = [row for row, verdict in enumerate(verdicts) if verdict is not None]
    order = np.argsort(-(engine.collection.embeddings[judged] @ engine.embed_text("birds")), kind="stable")
    ranks = np.flatnonzero(np.asarray([bool(verdicts[row]) for row in judged])[order]) + 1
    assert by_query["birds"].average_precision == pytest.approx(np.mean(np.arange(1, len(ranks) + 1) / ranks))


@pytest.mark.parametrize(
    ("labels", "category", "word", "verdict"),
    [
        (("basilica",), "monuments", "buildings", True),  # an image has one category only
        (("race car",), "vehicles/race", "auto", True),
        (("moss", "plant"), "plants", "plants", True),
        (("hammer",), "tools", "buildings", False),
        (("parthenon",), "monuments", "buildings", None),  # its label names no known kind of thing
        ((), "", "buildings", None),
    ],
)
def test_an_image_is_judged_by_the_kinds_of_its_labels(
    engine: Engine, labels: tuple[str, ...], category: str, word: str, verdict: bool | None
) -> None:
    assert CategoryJudge(engine).judge([Item("a", "a.webp", labels, category)], word) == [verdict]
