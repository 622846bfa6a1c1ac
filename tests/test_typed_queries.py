"""The judged answers to 100 everyday queries still describe what the bundled collections answer."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.typed_queries import ACCEPTABLE, JUDGEMENTS, QUERIES, Answer, answers, judged
from devise_core import Engine

pytestmark = pytest.mark.artifacts

JUDGED = judged()
COLLECTIONS = sorted({answer.collection for answer in JUDGED})


def test_every_query_is_judged_once_in_each_collection() -> None:
    queries = QUERIES.read_text("utf-8").splitlines()
    assert len(set(queries)) == 100
    assert COLLECTIONS
    for collection in COLLECTIONS:
        assert [answer.query for answer in JUDGED if answer.collection == collection] == queries
    assert set(JUDGED.values()) <= set(JUDGEMENTS)


def test_an_answer_that_is_not_announced_is_not_wrong() -> None:
    assert [answer.query for answer, judgement in JUDGED.items() if judgement == "wrong" and answer.state != "announced"] == []


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_the_judgements_describe_the_answers_of_today(engine: Engine, collection: str) -> None:
    today = list(answers(engine.on(collection)))
    assert [answer for answer in today if answer not in JUDGED] == [], (
        "judge them again: python -m benchmarks.typed_queries --write FILE"
    )


def test_few_answers_are_announced_and_wrong_and_most_are_right_or_honest() -> None:
    tally = Counter(JUDGED.values())
    assert tally["wrong"] <= 0.025 * len(JUDGED)
    assert sum(tally[judgement] for judgement in ACCEPTABLE) >= 0.7 * len(JUDGED)


def test_an_answer_is_told_from_one_with_other_pictures() -> None:
    answer = next(iter(JUDGED))
    assert Answer(answer.collection, answer.query, answer.state, (*answer.shown, "other"), answer.described) not in JUDGED
