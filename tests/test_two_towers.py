"""A text tower without a vocabulary and an image tower run through the public API."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devise_core import Engine
from devise_core.errors import NoVocabularyError, QueryError
from devise_core.evaluate.categories import evaluate_categories
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.protocols import measure
from devise_core.results import OURS
from tests.two_towers import COLOURS, paint_folder, two_tower_engine


@pytest.fixture(scope="module")
def towers(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("towers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEMBLANCE_COLLECTIONS", str(folder / "collections"))
        return two_tower_engine(folder)


@pytest.mark.parametrize("text", ["red", "a red square", "qwxzv", "red -blue^2"])
def test_text_search_is_the_dot_product_of_both_towers(towers: Engine, text: str) -> None:
    query = towers.query(text)
    cosines = towers.collection.embeddings @ query.vector
    hits = towers.search_text(text, k=12)
    assert [hit.row for hit in hits] == list(np.argsort(-cosines, kind="stable"))
    assert [hit.cosine for hit in hits] == pytest.approx(sorted(cosines, reverse=True), abs=1e-5)
    assert [hit.score for hit in hits] == [hit.cosine for hit in hits]
    assert [hit.row for hit in towers.hits(towers.ranking(query))] == [hit.row for hit in hits]
    assert query.reading.left_out == query.reading.read_as == {}


def test_image_search_and_queries_with_images(towers: Engine) -> None:
    first = towers.collection.items[0]
    image = towers.collection.picture(0)
    for by in ("semantic", "visual"):
        assert towers.search_image(image, k=1, by=by)[0].id == first.id
        assert towers.more_like(first.id, k=3, by=by)[0].labels == first.labels
    assert towers.search_text(f"like:{first.id}", k=1)[0].id == first.id
    assert towers.search_text("like:photo", k=1, pictures={"photo": towers.embed_images([image])[0]})[0].id == first.id
    with pytest.raises(QueryError, match="no picture “nothing”"):
        towers.query("like:nothing")


def test_image_is_named_with_given_labels(towers: Engine) -> None:
    labels = [*COLOURS, "a violet thing"]
    hits = towers.label_image(towers.collection.picture(0), k=2, vocabulary=labels)
    cosines = towers.text.encode(labels) @ towers.collection.embeddings[0]
    assert [hit.word for hit in hits] == [labels[row] for row in np.argsort(-cosines)[:2]]


def test_heat_map_of_any_text(towers: Engine) -> None:
    heat = towers.heat(towers.collection.picture(0), "anything")
    assert heat.grid.shape == (5, 6)
    assert heat.cosine == pytest.approx(float(towers.collection.embeddings[0] @ towers.embed_text("anything")), abs=0.02)


def test_verbs_that_need_words_say_so(towers: Engine) -> None:
    assert towers.vocabulary is None
    assert towers.complete("re") == []
    assert towers.chance_cosine == 0
    term = towers.read_text("red").terms[0]
    for verb in (
        lambda: towers.label_image(towers.collection.picture(0)),
        lambda: towers.label_embedding(towers.collection.embeddings[0], vocabulary="all"),
        lambda: towers.similar_words("red"),
        lambda: towers.nearest_to_term(term),
        lambda: towers.word_path("red", "blue"),
        lambda: towers.search_image(towers.collection.picture(0), by="labels"),
    ):
        with pytest.raises(NoVocabularyError, match="no word list"):
            verb()


def test_evaluation_runs(towers: Engine, tmp_path: Path) -> None:
    results = {result.query: result for result in evaluate_categories(towers)}
    assert set(results) == set(COLOURS)
    paint_folder(tmp_path / "data/pascal-sentences/images")
    model = ModelUnderTest(
        towers.layout, towers.manifest, towers.text, towers.encoder, tmp_path / "data", tmp_path / "cache", lambda _: None
    )
    evaluation = measure(model, ["pascal-sentences"])
    (table,) = evaluation.tables
    assert table.title == "Text → images: Pascal Sentences, test part", "naming with all words needs words"
    assert 0 < (table.methods()[OURS]["mAP"].value or 0) <= 1
    assert evaluation.model == towers.model_id
