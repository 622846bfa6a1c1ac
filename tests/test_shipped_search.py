"""The row "as shipped" of the tables has the scores of the engine, and is better than the cosine on the bundled labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from devise_core import Engine
from devise_core.datasets.readers import AnnotatedImage
from devise_core.errors import UnknownWordError
from devise_core.evaluate.collection_queries import app_scores, own_labels
from devise_core.evaluate.methods import AS_QUERY, SHIPPED, WITH_PHRASE_ENCODER, WITHHELD, Methods
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.retrieval import flickr8k
from devise_core.evaluate.shipped_search import ShippedSearch
from devise_core.evaluate.zero_shot import Results, add_withheld
from devise_core.results import OURS
from devise_core.storage.manifest import Manifest
from devise_core.text.phrase_encoder import PhraseEncoder
from devise_core.vision.image_encoder import Encoded
from tests.tiny_sentence_model import ConstantModel


@pytest.fixture
def model(engine: Engine, tmp_path: Path) -> ModelUnderTest:
    return ModelUnderTest(engine.layout, engine.manifest, engine.text, engine.encoder, tmp_path, tmp_path, lambda _: None)


def encoded(engine: Engine) -> Encoded:
    return Encoded(np.asarray(engine.collection.features, np.float32), engine.collection.embeddings)


def test_the_scores_are_those_of_the_engine(engine: Engine, model: ModelUnderTest) -> None:
    ranking = engine.ranking(engine.query("musical instrument"))
    scores = ShippedSearch(model).scores(["musical instrument"], encoded(engine))[0]
    assert scores[ranking.rows] == pytest.approx(ranking.scores, abs=1e-4)


def test_an_operator_in_a_label_has_no_meaning(engine: Engine, model: ModelUnderTest) -> None:
    plain, operator = ShippedSearch(model).scores(["sea horse", "sea -horse"], encoded(engine))
    assert plain == pytest.approx(operator, abs=1e-5)


def test_a_text_without_a_known_word_is_refused(engine: Engine, model: ModelUnderTest) -> None:
    search = ShippedSearch(model)
    assert search.can_embed("a violin")
    assert not search.can_embed("qwzxqwzx")
    assert not search.can_embed("")
    with pytest.raises(UnknownWordError):
        search.scores(["qwzxqwzx"], encoded(engine))


def test_the_queries_of_a_collection_are_read_as_in_the_app(engine: Engine) -> None:
    texts = ["violins", "sea horse", "dog -", 'a "violin']
    scores = app_scores(engine, texts)
    assert scores.shape == (4, len(engine.collection))
    for row, text in ((0, "violins"), (1, "sea horse"), (2, '"dog -"'), (3, '"a  violin"')):
        assert np.argsort(-scores[row]).tolist() == engine.ranking(engine.query(text)).rows.tolist()


def test_names_that_the_app_withholds_count_as_misses(engine: Engine, model: ModelUnderTest) -> None:
    guard, images = engine.parts.people_guard, encoded(engine)
    assert guard is not None
    names = ["violin", "gorilla"]
    people = np.flatnonzero(guard.may_show_people(images.features)).tolist()
    nameless = next(row for row in people if not engine.label_encoded(engine.encoded(row), 10, names))
    rows = [engine.collection.row("violin"), nameless]
    few = Encoded(images.features[rows], images.embeddings[rows])
    results: Results = {}
    remark = add_withheld(Methods(model), few, names, np.asarray([0, 1]), results)
    answers = results[WITHHELD]
    assert not isinstance(answers, str)
    assert [answers[f"hit@{k}"].tolist() for k in (1, 5)] == [[1, 0], [1, 0]]
    assert "50.0% of the images get no name" in remark


def test_a_model_without_the_files_has_no_such_row(engine: Engine, model: ModelUnderTest) -> None:
    model.manifest = Manifest(engine.layout.root)
    assert ShippedSearch(model).scorer is None
    with pytest.raises(ValueError, match="cosine alone"):
        ShippedSearch(model).scores(["violin"], encoded(engine))


def test_captions_have_a_row_with_the_phrase_encoder_if_there_is_one(
    engine: Engine, model: ModelUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [AnnotatedImage(Path(f"a/b/{row}.jpg"), captions=(f"a bird near tree {row}", "qwzxqwzx")) for row in range(20)]
    few = Encoded(*(rows[:20] for rows in (encoded(engine).features, encoded(engine).embeddings)))
    monkeypatch.setattr("devise_core.datasets.readers.flickr8k_thousand", lambda _: images)
    monkeypatch.setattr("devise_core.evaluate.methods.random_embedder", lambda _: None)
    monkeypatch.setattr(model, "encode", lambda _: few)
    plain = flickr8k(Methods(model)).tables[0].methods()
    assert WITH_PHRASE_ENCODER not in plain
    sentences = ConstantModel()
    model.phrase_encoder = PhraseEncoder(sentences)
    rows = flickr8k(Methods(model)).tables[0].methods()
    assert [rows[name] for name in plain] == list(plain.values())  # the other rows do not use the encoder
    assert WITH_PHRASE_ENCODER in rows
    assert len(sentences.texts) == 20
    model.manifest = replace(model.manifest, files={**model.manifest.files})
    del model.manifest.files["phrase_projection.npz"]
    assert list(Methods(model).searches) == [SHIPPED]


@pytest.mark.artifacts
def test_the_bundled_labels_are_found_better_than_by_cosine(model: ModelUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devise_core.evaluate.methods.random_embedder", lambda _: None)
    for table, least in zip(own_labels(Methods(model)).tables, (0.41, 0.475), strict=True):
        rows = table.methods()
        assert AS_QUERY in rows
        shipped, ours = rows[SHIPPED]["mAP"].value, rows[OURS]["mAP"].value
        assert shipped is not None and ours is not None
        assert shipped > ours
        assert shipped >= least
