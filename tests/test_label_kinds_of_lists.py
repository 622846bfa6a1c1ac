"""Words for kinds of things in a visitor's list, such as "animal", get the probability of the labels below them."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core import Engine
from devise_core.verbs.label_guards import KIND_SURE, LABEL_SURE
from tests.app_testing import app, page_text
from ui.hit.best_words import BEST_WORDS, NEAREST_WORDS

pytestmark = pytest.mark.artifacts


def test_a_kind_has_the_probability_of_the_labels_below_it(engine: Engine) -> None:
    evidence, shares = engine.parts.evidence, np.zeros((2, 1000), dtype=np.float32)
    assert evidence
    shares[0, evidence.senses.labels_below(evidence.synset("dog"))[:4]] = 0.2
    kinds = evidence.kind_shares(["dogs", "animal", "Vehicle", "people", "an unlikely noun"], shares)
    assert kinds.shape == (2, 5)
    assert kinds[0] == pytest.approx([0.8, 0.8, 0, 0, 0])
    assert not kinds[1].any()


@pytest.mark.parametrize(
    ("collection", "item", "expected"),
    [
        ("photos", "fish15", "animal"),
        ("stamps", "frog", "animal"),
        ("stamps", "strawberry", "fruit"),
        ("photos", "hammer1", "tool"),
    ],
)
def test_a_sure_kind_names_a_picture(engine: Engine, collection: str, item: str, expected: str) -> None:
    on = engine.on(collection)
    hits = on.label_encoded(on.encoded(on.collection.row(item)), 3, ["people", "animal", "fruit", "vehicle", "tool"])
    assert hits[0].word == expected
    assert hits[0].score >= min(KIND_SURE, LABEL_SURE)


def test_people_are_no_guess_where_none_are_likely(engine: Engine) -> None:
    on = engine.on("stamps")
    for item in ("toilet", "gorilla"):
        hits = on.label_encoded(on.encoded(on.collection.row(item)), 5, ["people", "music", "person"])
        assert not {"people", "person"} & {hit.word for hit in hits}, item


@pytest.mark.parametrize(("item", "title"), [("galaxies", NEAREST_WORDS), ("fort-sumter", BEST_WORDS)])
@pytest.mark.parametrize("page", ["explorer", "image_search", "home"])
def test_every_page_says_if_it_is_not_sure_of_the_words_of_a_picture(page: str, item: str, title: str) -> None:
    test = app(page, collection="photos", **{"open" if page == "home" else "item": item})
    assert f"**{title}" in page_text(test)
