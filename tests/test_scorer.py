"""The score of a search, on numbers small enough to compute by hand, and on the bundled model."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from devise_core import Engine
from devise_core.collections.writer import write_collection
from devise_core.search import scorer as score_module
from devise_core.search.class_shares import LabelSoftmax
from devise_core.search.image_concepts import LABEL_WEIGHT, CaptionMap, ImageConcepts
from devise_core.search.image_vectors import ImageVectors
from devise_core.search.kinds import SMOOTHING, KindTable
from devise_core.search.ranking import Ranking
from devise_core.search.scorer import NOUN_KINDS, PHRASE_KINDS, Scorer
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import CollectionLayout
from devise_core.text.concepts import PHRASE_WEIGHT, ConceptStore, PhraseMap
from devise_core.text.query_reader import read_query
from devise_core.vectors import Floats
from tests.fakes import text_space

NOUN_CONCEPTS = np.array([[127, 0], [0, 127]], np.int8)
WORD_CONCEPTS = np.array([[127, 127], [127, 0], [0, 127]], np.int8)  # the, dog, cat


def table() -> KindTable:
    """Two labels and two kinds: the first kind has both labels, the second kind only the second label. "dog" is the second kind."""
    members = np.array([[True, True], [False, True]])
    starts, kinds = np.array([0, 2, 2], np.int32), np.array([1, 0], np.int16)
    return KindTable(members, np.array([10, 20]), starts, kinds, np.array([1, 0.5], np.float32))


def scorer() -> Scorer:
    text = text_space()
    concepts = ConceptStore(NOUN_CONCEPTS, WORD_CONCEPTS, PhraseMap(np.zeros(2, np.float32), np.eye(2, dtype=np.float32)), text)
    softmax = LabelSoftmax(np.array([[0, 0], [0, 0], [0, math.log(3)]], np.float32))  # shares 1/4 and 3/4 for every image
    axes = np.eye(2, dtype=np.float32)
    images = ImageConcepts(axes, CaptionMap(np.zeros(2, np.float32), axes))
    return Scorer(text, concepts, table(), ImageVectors(images, axes, text.nouns, softmax, None))


def logit(share: float) -> float:
    return math.log((share + SMOOTHING) / (1 - share + SMOOTHING))


def test_kinds_add_up_the_labels_below_them() -> None:
    logits = table().logits(np.array([[0.25, 0.75]], np.float32), [0, 1])
    assert logits[0] == pytest.approx([logit(1), logit(0.75)], rel=1e-4)


def test_some_labels_are_computed_as_all_of_them_are() -> None:
    rng = np.random.default_rng(7)
    features = rng.random((5, 3)).astype(np.float32)
    classifier, head = (LabelSoftmax(rng.normal(size=(4, 6)).astype(np.float32), roots) for roots in (False, True))
    images = ImageVectors(ImageConcepts(np.eye(6, dtype=np.float32), None), NOUN_CONCEPTS, text_space().nouns, classifier, head)  # type: ignore[arg-type]
    classes = classifier.shares(features)
    whole, partitions = images.mixed(features, classes), images.partitions(features, classes)
    labels, scored = np.array([0, 2, 5]), np.array([2, 5])
    computed, mixed = images.shares_of(features, labels, scored, partitions)
    assert computed[:, labels] == pytest.approx(classes[:, labels], abs=1e-6)
    assert mixed[:, scored] == pytest.approx(whole[:, scored], abs=1e-6)
    assert not computed[:, [1, 3, 4]].any()
    assert images.shares_of(features, labels, labels[:0], partitions)[0] == pytest.approx(computed)


def test_a_synset_is_found_by_its_wordnet_id() -> None:
    assert table().of_synset("n00000020") == {1: 1.0}
    assert table().of_synset("n00000015") == {}


def test_a_label_has_the_kinds_above_it_that_are_not_too_general() -> None:
    assert table().of_label("n00000020", {"n00000010": 1, "n00000015": 2}) == {1: 1.0, 0: 0.5}
    assert replace(table(), weights=np.ones(2, np.float32)).of_label("n00000020", {"n00000010": 1}) == {1: 1.0}


def test_a_label_is_scored_by_its_row_without_its_name() -> None:
    side = scorer().label_side(1, "n00000020", {"n00000010": 1}, np.array([1, 0, 0, 0], np.float32))
    assert side.concept == pytest.approx([0, 1])
    assert side.kinds == {1: NOUN_KINDS, 0: pytest.approx(NOUN_KINDS / 2)}


@pytest.mark.parametrize(("text", "vector"), [("dog", [1, 0]), ("mice", [0, 1]), ("cat", [0, 1]), ("qwzx", [0, 0])])
def test_nouns_and_words_have_concepts(text: str, vector: list[float]) -> None:
    assert scorer().concepts.vector(text) == pytest.approx(vector)


def test_a_phrase_is_longer_than_a_word() -> None:
    assert np.linalg.norm(scorer().concepts.vector("cat piano cat")) == pytest.approx(PHRASE_WEIGHT)


def test_the_score_adds_cosine_concepts_kinds_and_takes_the_hub_away() -> None:
    model = scorer()
    embeddings = np.array([[1, 0, 0, 0], [0, 1, 0, 0]], np.float32)
    images = model.images.side(np.array([[4, 0], [0, 9]], np.float32), embeddings)
    sides = model.query(read_query("dog", model.text))
    assert sides is not None
    labels = np.array([0.25, 0.75]) / np.linalg.norm([0.25, 0.75])
    concepts = LABEL_WEIGHT * labels + np.eye(2)  # each image's caption is one of the two axes
    kinds = NOUN_KINDS * (logit(0.75) + 0.5 * logit(1))
    expected = embeddings @ sides[0].vector + concepts @ [1, 0] - images.vectors[:, -1] + kinds
    assert model.scores(sides, images) == pytest.approx(expected, abs=1e-4)


def test_an_image_near_every_noun_is_a_hub() -> None:
    model = scorer()
    middle = np.array([[0.6, 0.8, 0, 0], [0, 0, 1, 0]], np.float32)
    hubs = model.images.side(np.ones((2, 2), np.float32), middle).vectors[:, -1]
    assert hubs[0] > hubs[1]


def test_nouns_inside_a_phrase_weigh_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_module, "FAMILIAR", 0)  # the fake store has few words, and "dog" is the second
    model = scorer()
    whole, inside = (model.query(read_query(text, model.text)) for text in ("dog", "cat dog piano"))
    assert whole is not None and inside is not None
    assert inside[0].kinds[1] == pytest.approx(whole[0].kinds[1] * PHRASE_KINDS / NOUN_KINDS)


def test_what_is_subtracted_has_a_negative_weight() -> None:
    model = scorer()
    sides = model.query(read_query("piano -dog", model.text))
    assert sides is not None
    assert sides[0].kinds[1] < 0
    assert sides[0].concept[0] < 0


def test_a_query_with_an_image_is_ranked_by_cosine() -> None:
    model = scorer()

    def image(_: object) -> Floats:
        return np.array([1, 0, 0, 0], np.float32)

    assert model.query(read_query("like:mine + dog", model.text, image)) is None


def test_a_ranking_keeps_the_cosine_beside_the_score() -> None:
    ranking = Ranking.of(np.array([0.9, 0.1, 0.5], np.float32), np.array([1, 3, 2], np.float32))
    assert ranking.rows.tolist() == [1, 2, 0]
    assert ranking.cosines == pytest.approx([0.1, 0.5, 0.9])
    both = ranking[:1].followed_by(ranking[1:])
    assert both.scores.tolist() == ranking.scores.tolist()
    assert ranking.renumbered(np.array([7, 8, 9])).rows.tolist() == [8, 9, 7]


def test_every_search_orders_by_the_same_score(engine: Engine) -> None:
    ranking = engine.ranking(engine.query("musical instrument"))
    hits = engine.search_text("musical instrument", k=24)
    assert [hit.row for hit in hits] == ranking.rows[:24].tolist()
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    again = engine.rank(ranking.rows[:24][::-1].tolist(), engine.query("musical instrument"))
    assert [hit.row for hit in again] == [hit.row for hit in hits]


def test_a_large_collection_is_ranked_by_score_among_its_candidates(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from devise_core.verbs import scanning

    whole = [hit.row for hit in engine.search_text("bird", k=8)]
    monkeypatch.setattr(scanning, "EXACT_UP_TO", 0)
    monkeypatch.setattr(scanning, "CANDIDATES", 24)
    large = engine.on(engine.collection)
    assert [hit.row for hit in large.search_text("bird", k=8)] == whole
    assert large.ranking(large.query("bird")).rows[:8].tolist() == whole


def test_candidates_of_a_large_collection_without_vectors_are_chosen_by_cosine(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from devise_core.verbs import scanning

    whole = engine.ranking(engine.query("bird")).rows.tolist()
    monkeypatch.setattr(scanning, "EXACT_UP_TO", 0)
    monkeypatch.setattr(scanning, "CANDIDATES_BY_COSINE", len(engine.collection))
    monkeypatch.setattr(engine.collection, "score_vectors", None)
    large = engine.on(engine.collection)
    matches = large.matches(large.query("bird"))
    assert matches.ranking.rows.tolist() == whole
    assert set(matches.strong().rows.tolist()) == set(engine.matches(engine.query("bird")).strong().rows.tolist())


def test_a_model_without_the_files_ranks_by_cosine(engine: Engine) -> None:
    plain = engine.on(engine.collection)
    plain.parts = type(engine.parts)(engine.layout, replace(engine.manifest, files={}), engine.text)
    assert plain.parts.scorer is None
    hits = plain.search_text("bird", k=8)
    assert [hit.cosine for hit in hits] == sorted((hit.cosine for hit in hits), reverse=True)


@pytest.mark.parametrize("name", ["stamps", "photos"])
def test_the_bundled_collections_store_what_this_model_computes(engine: Engine, name: str) -> None:
    """If this fails, run ``build scores``. If the files of the model are unchanged, raise ``FORMULA`` in ``opening`` first."""
    collection, parts = engine.on(name).collection, engine.parts
    assert collection.facts["parts"] == parts.version
    assert collection.facts["evidence"] == pytest.approx(asdict(parts.evidence_thresholds(collection.features)), rel=1e-3)
    assert parts.scorer and collection.score_vectors is not None
    vectors = parts.scorer.images.vectors(collection.features, collection.embeddings)
    assert collection.score_vectors == pytest.approx(vectors, abs=1e-4)


@pytest.fixture
def written(engine: Engine, tmp_path: Path) -> Path:
    """A copy of the first images of a collection, as ``index`` writes it."""
    source = engine.collection
    layout, rows = CollectionLayout(tmp_path / "forty"), slice(0, 40)
    layout.images.mkdir(parents=True)
    embeddings = source.embeddings[rows]
    write_collection(layout, source.items[rows], source.features[rows], embeddings, engine.model_id, "a test", parts=engine.parts)
    return layout.root


def test_a_new_collection_is_searched_without_computing_its_vectors(
    engine: Engine, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer, evidence = engine.parts.scorer, engine.parts.evidence
    assert scorer and evidence
    monkeypatch.setattr(scorer.images, "vectors", lambda *_: pytest.fail("the vectors are stored"))
    monkeypatch.setattr(evidence, "thresholds", lambda *_: pytest.fail("the thresholds are stored"))
    searched = engine.on(written)
    query = searched.query("bird")
    assert searched.ranking(query).rows.tolist() == engine.ranking(query).kept(np.arange(len(engine.collection)) < 40).rows.tolist()
    assert searched.evidence(query)


def test_what_another_version_of_the_model_stored_is_not_used(engine: Engine, written: Path) -> None:
    manifest = Manifest.read(written)
    manifest.about |= {"parts": "another", "evidence": {"present": 2.0, "good": 2.0}}
    np.save(written / "score_vectors.npy", np.zeros((40, 129), np.float32))
    manifest.add(written / "score_vectors.npy", "a test")
    manifest.write()
    searched, query = engine.on(written), engine.query("bird")
    assert searched.ranking(query).rows.tolist() == engine.ranking(query).kept(np.arange(len(engine.collection)) < 40).rows.tolist()
    assert searched.evidence_threshold < 1


def test_the_classifier_runs_once_for_score_and_evidence(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    searched, classifier = engine.on(engine.collection), engine.parts.classifier
    assert classifier
    shares = Mock(wraps=classifier.shares)
    monkeypatch.setattr(classifier, "shares", shares)
    searched.matches(searched.query("bird"))
    assert shares.call_count == 1
