"""Name images with everyday nouns, on a table small enough to compute by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.naming_confidence import precision
from devise_core import Engine
from devise_core.errors import ArtifactError
from devise_core.search.class_shares import LabelSoftmax, feature_roots
from devise_core.search.confidence import confidence
from devise_core.search.image_concepts import CaptionMap, ImageConcepts
from devise_core.search.naming import CONCEPT_WEIGHT, PERSON, Namer, _descending
from devise_core.search.naming_table import NamingTable
from devise_core.text.word_filter import WordFilter
from devise_core.vectors import quantise
from devise_core.vision.image_encoder import Encoded

LINES = (
    ("penguin", "n1", "-5.0", "a", "", "0|1", "0|1", ""),
    ("king penguin", "n2", "-9.0", "a", "0", "", "0", "Aptenodytes"),
    ("monkey", "n3", "-5.0", "ap", "2", "2", "2", ""),
    ("swimsuit", "n4", "-5.0", "g", "3", "3", "3", ""),
    ("mask", "n5", "-5.0", "w", "", "", "", ""),
    ("mask", "n6", "-7.0", "", "", "", "", ""),
    ("carnival mask", "n7", "-9.0", "", "", "", "", ""),
)
VECTORS = np.eye(7, 8, dtype=np.float32)
PERSON_WEIGHTS = np.asarray([0, 0, 0, 0, 40, -20], dtype=np.float32)
"""The fifth feature says that there is a person."""


def table(folder: Path, lines: tuple[tuple[str, ...], ...] = LINES) -> NamingTable:
    (folder / "naming.tsv").write_text("".join("\t".join(line) + "\n" for line in lines), "utf-8")
    np.save(folder / "naming_vectors.npy", quantise(VECTORS)[0])
    return NamingTable.read(folder / "naming.tsv", folder / "naming_vectors.npy", 4)


@pytest.fixture
def namer(tmp_path: Path) -> Namer:
    """A namer that labels an image by the largest of its first four features."""
    weights = np.zeros((6, 4), dtype=np.float32)
    weights[:4] = 20 * np.eye(4)
    return Namer(table(tmp_path), LabelSoftmax(weights), person=PERSON_WEIGHTS, person_vector=VECTORS[5])


def image(label: int, line: int, person: float = 0.0, sure: float = 1.0) -> Encoded:
    """Return an encoded image of the given label, with the vector of the given line as its embedding."""
    features = np.zeros((1, 5), dtype=np.float32)
    features[0, label], features[0, 4] = sure, person
    return Encoded(features, VECTORS[line : line + 1])


def words(namer: Namer, encoded: Encoded, k: int = 5) -> list[str]:
    return [hit.word for hit in namer.name(encoded, k)[0].hits]


def test_the_everyday_name_comes_first_and_the_label_is_more_specific(namer: Namer) -> None:
    names = namer.name(Encoded(image(0, 1).features, VECTORS[:1] + 0.5 * VECTORS[1:2]), 5)[0]
    assert [hit.word for hit in names.hits][:2] == ["penguin", "king penguin"]
    assert [(hit.word, round(hit.score, 2)) for hit in names.specific] == [("king penguin", 1.0)]
    assert names.hits[1].cosine == pytest.approx(0.5)


def specific(namer: Namer, encoded: Encoded) -> list[str]:
    return [hit.word for hit in namer.name(encoded, 5)[0].specific]


def test_a_more_specific_name_is_a_kind_of_the_first_name_and_sure(tmp_path: Path, namer: Namer) -> None:
    towards = Encoded(image(0, 1).features, VECTORS[:1] + 0.5 * VECTORS[1:2])
    assert specific(namer, towards) == ["king penguin"]
    lines = table(tmp_path)
    elsewhere = replace(namer.table, below=[np.empty(0, dtype=np.int64), *lines.below[1:]])  # as "hatchet" is not below "hammer"
    weights = LabelSoftmax(np.vstack([20 * np.eye(4), np.zeros((2, 4))]).astype(np.float32))
    assert Namer(elsewhere, weights).name(towards, 5)[0].hits[0].word == "penguin"
    assert specific(Namer(elsewhere, weights), towards) == []
    unsure = LabelSoftmax(np.vstack([0.1 * np.eye(4), np.zeros((2, 4))]).astype(np.float32))
    assert specific(Namer(lines, unsure), towards) == []


def test_people_have_no_more_specific_name(tmp_path: Path, namer: Namer) -> None:
    somebody = image(0, 1, person=9.0)
    assert words(namer, somebody)[0] == PERSON
    assert specific(namer, somebody) == []
    towards = Encoded(image(0, 1).features, VECTORS[:1] + 0.5 * VECTORS[1:2])
    weights = LabelSoftmax(np.vstack([20 * np.eye(4), np.zeros((2, 4))]).astype(np.float32))
    for change in ({"synsets": ["n09835506", *namer.table.synsets[1:]]}, {"words": ["child", *namer.table.words[1:]]}):
        people = Namer(replace(namer.table, **change), weights)  # type: ignore[arg-type]
        assert words(people, towards)[0] in ("penguin", "child")
        assert specific(people, towards) == []


@pytest.mark.artifacts
def test_no_hammer_is_a_hatchet(photos: Engine) -> None:
    named = {item.id: photos.names(photos.encoded(row)) for row, item in enumerate(photos.collection.items)}
    assert named["hammer1"] and named["hammer1"].hits[0].word == "hammer"
    assert named["hammer1"].specific == ()
    assert [hit.word for hit in named["dog"].specific] == ["german shepherd"] if named["dog"] else False
    assert sum(bool(names.specific) for names in named.values() if names) >= 10


def test_each_name_has_the_probability_of_the_labels_below_it(namer: Namer) -> None:
    names = namer.name(image(0, 1), 5)[0]
    assert len(names.shares) == len(names.hits)
    assert confidence(names.shares[0]) == "probably"
    assert confidence(names.shares[-1]) == "not sure"


@pytest.mark.artifacts
def test_words_of_confidence_are_ordered_by_how_often_they_are_right(engine: Engine) -> None:
    right = {word: share for word, (share, _) in precision(engine).items()}
    assert right["probably"] >= 0.5
    assert right["probably"] > right["maybe"] + 0.1 > right["not sure"] + 0.2


def test_a_sense_is_named_once(tmp_path: Path) -> None:
    one_sense = replace(table(tmp_path), synsets=["n1", "n1", *(f"n{number}" for number in range(3, 8))])
    weights = LabelSoftmax(np.vstack([20 * np.eye(4), np.zeros((2, 4))]).astype(np.float32))
    words_of = [hit.word for hit in Namer(one_sense, weights).name(image(0, 1), 5)[0].hits]
    assert len({"penguin", "king penguin"} & set(words_of)) == 1


def test_a_name_that_is_not_allowed_is_left_out(tmp_path: Path) -> None:
    weights = LabelSoftmax(np.vstack([20 * np.eye(4), np.zeros((2, 4))]).astype(np.float32))
    word_filter = WordFilter(["king penguin", "monkey", PERSON])
    filtered = Namer(table(tmp_path), weights, person=PERSON_WEIGHTS, person_vector=VECTORS[5], word_filter=word_filter)
    names = filtered.name(image(0, 1, person=9.0), 5)[0]
    assert names.hits[0].word == "penguin"
    assert not {"king penguin", "monkey", PERSON} & {hit.word for hit in (*names.hits, *names.specific)}


def test_a_word_with_two_senses_is_shown_once(namer: Namer) -> None:
    assert words(namer, image(0, 5)).count("mask") == 1


def test_a_name_that_ends_with_a_better_name_is_left_out_unless_it_is_a_label(namer: Namer) -> None:
    towards = Encoded(image(0, 0).features, VECTORS[4:5] + 0.5 * VECTORS[6:7])
    assert words(namer, towards)[:2] == ["penguin", "mask"]
    assert "carnival mask" not in words(namer, towards)
    assert "king penguin" in words(namer, towards)
    assert words(namer, image(0, 6))[:2] == ["penguin", "carnival mask"]


def test_the_concept_space_speaks_for_names_without_labels(tmp_path: Path) -> None:
    concepts = ImageConcepts(np.eye(4, dtype=np.float32), CaptionMap(np.zeros(5, np.float32), np.zeros((5, 4), np.float32)))
    weights = np.zeros((6, 4), dtype=np.float32)
    weights[:4] = 20 * np.eye(4)
    lines = table(tmp_path)
    towards_mask = np.zeros((len(lines), 4), dtype=np.float32)
    towards_mask[4] = [1, 0, 0, 0]
    model = Namer(replace(lines, concepts=towards_mask), LabelSoftmax(weights), image_concepts=concepts)
    seen = image(0, 0)
    gain = model.scores(seen, guarded=False)[0] - Namer(lines, LabelSoftmax(weights)).scores(seen, guarded=False)[0]
    assert gain[4] == pytest.approx(CONCEPT_WEIGHT, abs=1e-3)
    assert gain[[0, 1, 6]] == pytest.approx(np.zeros(3), abs=1e-3)


def test_rows_come_in_order_of_score_and_ties_in_order_of_rows() -> None:
    scores = np.random.default_rng(0).integers(0, 40, 300).astype(np.float32)
    scores[:5] = -np.inf
    assert list(_descending(scores)) == np.argsort(-scores, kind="stable").tolist()
    assert list(_descending(scores[:9])) == np.argsort(-scores[:9], kind="stable").tolist()


def test_a_guarded_name_needs_a_sure_classifier(namer: Namer) -> None:
    assert words(namer, image(3, 3))[0] == "swimsuit"
    assert "swimsuit" not in words(namer, image(0, 3))


def test_people_are_named_first_and_guarded(namer: Namer) -> None:
    assert words(namer, image(3, 4, person=9.0, sure=0.1)) == [PERSON, "swimsuit", "mask"]  # "mask" in the sense without a guard
    assert words(namer, image(3, 4, sure=0.1))[0] == "mask"


def test_an_animal_beside_a_possible_person_keeps_its_name(namer: Namer) -> None:
    beside = image(0, 0, person=0.31)
    assert namer.person_shares(beside.features)[0] == pytest.approx(0.37, abs=0.01)
    assert words(namer, beside)[:2] == ["penguin", "king penguin"]
    assert "monkey" not in words(namer, beside)


def test_a_likely_animal_does_not_name_a_sure_person(namer: Namer) -> None:
    """Earlier versions named a face in the shadow "person", and then "dog" and "fish"."""
    possible, sure = image(3, 0, person=0.007, sure=0.024), image(3, 0, person=9.0, sure=0.024)
    assert namer.shares(sure.features)[0][0, :3].sum() == pytest.approx(0.65, abs=0.01)
    assert words(namer, possible)[0] == "penguin"
    assert not namer.animals.intersection(words(namer, sure))


def test_without_the_person_signal_nobody_is_a_person(namer: Namer, tmp_path: Path) -> None:
    without = Namer(table(tmp_path), LabelSoftmax(np.zeros((6, 4), dtype=np.float32)))
    assert PERSON not in words(without, image(0, 0, person=9.0))
    assert without.person_shares(image(0, 0).features).tolist() == [0.0]


def test_k_bounds_the_names_with_the_person(namer: Namer) -> None:
    assert len(words(namer, image(0, 0, person=9.0), k=2)) == 2


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="has the shape .7, 8. instead of 5"):
        table(tmp_path, LINES[:5])
    with pytest.raises(ArtifactError, match="damaged"):
        table(tmp_path, (("penguin", "n1"),))


def test_the_softmax_adds_up_to_one_and_survives_large_features() -> None:
    shares = LabelSoftmax(np.full((3, 2), 50, dtype=np.float32)).shares(np.full((1, 2), 1e4, dtype=np.float32))
    assert shares == pytest.approx(np.asarray([[0.5, 0.5]]))


def test_roots_of_features_ignore_negative_ones_and_zeros() -> None:
    assert feature_roots(np.asarray([[1, 3, -5], [0, 0, 0]], dtype=np.float32)) == pytest.approx(
        np.asarray([[0.5, 0.75**0.5, 0], [0, 0, 0]])
    )


def test_weights_without_a_row_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "head_labels.npy", np.zeros((0, 4), dtype=np.float32))
    with pytest.raises(ArtifactError, match=r"head_labels\.npy has no weights\. Restore it"):
        LabelSoftmax.open(tmp_path / "head_labels.npy")
