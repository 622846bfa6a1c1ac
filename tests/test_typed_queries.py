"""The judged answers to two lists of 100 everyday queries. Those to the first list are what the collections answer today."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.typed_queries import ACCEPTABLE, JUDGEMENTS, LISTS, Answer, answers, judged, queries
from devise_core import Engine

pytestmark = pytest.mark.artifacts

JUDGED = judged()
COLLECTIONS = sorted({answer.collection for answer in JUDGED})


@pytest.mark.parametrize("name", LISTS)
def test_every_query_is_judged_once_in_each_collection(name: str) -> None:
    known = judged(name)
    assert len(set(queries(name))) == 100
    assert COLLECTIONS
    assert sorted({answer.collection for answer in known}) == COLLECTIONS
    for collection in COLLECTIONS:
        assert [answer.query for answer in known if answer.collection == collection] == queries(name)
    assert set(known.values()) <= set(JUDGEMENTS)


@pytest.mark.parametrize("name", LISTS)
def test_an_answer_that_is_not_announced_is_not_wrong(name: str) -> None:
    assert [
        answer.query for answer, judgement in judged(name).items() if judgement == "wrong" and answer.state != "announced"
    ] == []


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_the_judged_pictures_are_in_the_collection(engine: Engine, name: str, collection: str) -> None:
    known = {item.id for item in engine.on(collection).collection.items}
    judged_ids = {i for answer in judged(name) if answer.collection == collection for i in (*answer.shown, *answer.described)}
    assert judged_ids
    assert judged_ids <= known


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
