"""Whether a collection shows what a query asks for, and the senses of a query, on two labels and four dimensions."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core.errors import QueryError
from devise_core.search.label_evidence import LabelEvidence, NearMiss, Thresholds, good_matches
from devise_core.search.noun_senses import NounSenses
from devise_core.search.probes import Probe
from devise_core.text.query_reader import read_query
from devise_core.text.senses import Sense, SenseTable
from devise_core.text.word_filter import WordFilter
from tests.fakes import text_space

TEXT = text_space()
"""Has the nouns "dog" (row 0) and "mouse" (row 1)."""
DOG, MOUSE, RODENT = "n00000001", "n00000002", "n00000003"
AXES = np.eye(4, dtype=np.float32)
LABELS = AXES[:2]
SENSES = SenseTable([Sense("dog", "animal", DOG, 1, AXES[0]), Sense("dog", "food", "n00000009", 0, AXES[2])])


def evidence(coverage: float = 1.0) -> LabelEvidence:
    """Return evidence whose first label is a dog and whose second is below "mouse" and its hypernym "rodent"."""
    senses = NounSenses(
        np.asarray([[1, 0], [2, 1]], np.int64),
        {DOG: np.asarray([0], np.int64), MOUSE: np.asarray([1], np.int64), RODENT: np.asarray([1], np.int64)},
        {DOG: 1.0, MOUSE: coverage},
        [(RODENT, "rodent")],
    )
    return LabelEvidence(senses, TEXT.nouns, LABELS)


def test_labels_below_the_sense_count_in_full_and_the_others_by_what_is_not_covered() -> None:
    weights = evidence(coverage=0.5).weights([Probe(AXES[0], MOUSE)])
    assert weights == pytest.approx(np.asarray([[0.5, 1.0]]))
    assert evidence().weights([Probe(AXES[0], MOUSE)]) == pytest.approx(np.asarray([[0.0, 1.0]]))


def test_a_phrase_is_weighed_by_similarity_alone() -> None:
    weights = evidence().weights([Probe(AXES[0])])
    assert weights == pytest.approx(np.asarray([[1.0, np.exp(-20)]]))


def test_the_concept_space_is_averaged_in_if_query_and_labels_have_it() -> None:
    both = LabelEvidence(evidence().senses, TEXT.nouns, LABELS, LABELS[::-1])
    assert both.weights([Probe(AXES[0], concept=AXES[0])]) == pytest.approx(np.asarray([[1.0, 1.0]]))
    assert both.weights([Probe(AXES[0])]) == pytest.approx(np.asarray([[1.0, np.exp(-20)]]))


def test_there_is_no_evidence_for_a_word_that_no_image_can_show() -> None:
    model = LabelEvidence(evidence().senses, TEXT.nouns, LABELS, abstract=frozenset({"cat"}))
    assert model.weights(model.probes(read_query("Cat", TEXT))) == pytest.approx(np.zeros((1, 2)))
    assert model.weights(model.probes(read_query("the cat", TEXT))).max() == 1


def test_labels_of_what_is_excluded_do_not_count() -> None:
    model = evidence()
    for text, weights in (("mouse -dog", [0.0, 1.0]), ("dog -mouse", [1.0, 0.0]), ("mouse -mouse", [0.0, 0.0])):
        assert model.weights(model.probes(read_query(text, TEXT))).max(axis=0) == pytest.approx(np.asarray(weights), abs=1e-6)


@pytest.mark.parametrize("text", ["dog + cat -mouse", "dog -0.2:mouse", "mouse -xyzzyx"])
def test_a_query_is_weighed_as_one_phrase_if_nothing_is_excluded_from_one_thing(text: str) -> None:
    probe = evidence().probes(read_query(text, TEXT))[0]
    assert probe.without == ()


def test_queries_about_people_and_images_have_no_probe() -> None:
    assert evidence().probes(read_query("like:dog + cat", TEXT, lambda clause: AXES[0])) == []
    assert [probe.synset for probe in evidence().probes(read_query("mice", TEXT))] == [MOUSE]
    assert [probe.synset for probe in evidence().probes(read_query("new york", TEXT))] == [None]


def test_an_empty_collection_passes_nothing() -> None:
    thresholds = evidence().thresholds(np.empty((0, 2), dtype=np.float32))
    assert not good_matches(np.empty(0, dtype=np.float32), thresholds).any()


def test_thresholds_come_from_random_nouns() -> None:
    shares = np.asarray([[0.9, 0.1], [0.3, 0.7]], dtype=np.float32)
    assert evidence().thresholds(shares).present == pytest.approx(0.9, abs=0.01)  # "dog" is the only noun that is drawn


def test_a_match_is_good_above_both_limits() -> None:
    shares = np.asarray([0.9, 0.4, 0.3, 0.01], dtype=np.float32)
    assert good_matches(shares, Thresholds(0.5, 0.05)).tolist() == [True, True, False, False]
    assert good_matches(shares, Thresholds(0.5, 0.5)).tolist() == [True, False, False, False]
    assert not good_matches(shares, Thresholds(0.95, 0.05)).any()


def test_the_nearest_kind_that_is_there_is_offered() -> None:
    mouse = evidence().noun_probes([1])[0]
    shares = np.asarray([[0.9, 0.1], [0.3, 0.7]], dtype=np.float32)
    assert evidence().near_miss(mouse, shares, Thresholds(0.1, 0.1)) == NearMiss("rodent", 1)
    assert evidence().near_miss(mouse, shares[:1], Thresholds(0.1, 0.1)) is None
    assert evidence().near_miss(Probe(AXES[0]), shares, Thresholds(0.1, 0.1)) is None
    filtered = LabelEvidence(evidence().senses, TEXT.nouns, LABELS, word_filter=WordFilter(["rodent"]))
    assert filtered.near_miss(mouse, shares, Thresholds(0.1, 0.1)) is None


def test_a_word_in_brackets_chooses_a_sense() -> None:
    query = read_query("Dog (Food)", TEXT, senses=SENSES)
    assert [sense.text for sense in query.senses] == ["dog (food)"]
    assert query.vector.tolist() == AXES[2].tolist()
    assert query.noun == "dog (food)"


def test_an_ambiguous_noun_is_read_with_all_its_senses() -> None:
    query = read_query("dog", TEXT, senses=SENSES)
    assert [sense.tag for sense in query.senses] == ["animal", "food"]
    assert query.vectors.shape == (2, 4)
    assert read_query("dog piano", TEXT, senses=SENSES).senses == ()
    assert read_query("dog + mouse", TEXT, senses=SENSES).vectors.shape == (1, 4)


def test_an_unknown_sense_is_refused_with_the_known_ones() -> None:
    with pytest.raises(QueryError, match=r"Write “dog \(animal\)” or “dog \(food\)”") as caught:
        read_query("dog (stamp)", TEXT, senses=SENSES)
    assert caught.value.position == 5


def test_brackets_after_other_words_stay_text() -> None:
    assert read_query("cat (piano)", TEXT, senses=SENSES).vector.tolist() == read_query("cat piano", TEXT).vector.tolist()


def test_each_sense_is_a_probe() -> None:
    probes = evidence().probes(read_query("dog", TEXT, senses=SENSES))
    assert [probe.synset for probe in probes] == [DOG, "n00000009"]
