"""Label metrics, each computed by hand: ranks, hits, hierarchical precision, ConSE, captions and words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devise_core.evaluate.classification import label_metrics
from devise_core.evaluate.methods import conse
from devise_core.evaluate.metrics import best_columns, best_rank, hierarchical_precision, hits, overlap, ranks
from devise_core.evaluate.naming import label_words, naming_metrics, nearest_words
from devise_core.evaluate.random_baseline import random_vector
from devise_core.evaluate.retrieval import caption_recall
from devise_core.evaluate.wordnet_distance import Labels, correct_sets, label_distances, read_labels
from devise_core.evaluate.zero_shot import known_classes, synonyms
from tests.fakes import word_store

# entity ─ animal ─ dog ─ puppy, hound      cat under animal, car under entity; the labels: puppy, hound, cat, car
TREE = Labels(
    ("puppy", "hound", "cat", "car"),
    (("puppy",), ("hound", "hound dog"), ("cat",), ("car",)),
    ({"dog": 1, "animal": 2, "entity": 3}, {"dog": 1, "animal": 2, "entity": 3}, {"animal": 1, "entity": 2}, {"entity": 1}),
)


def floats(*rows: object) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_hits_count_ranks_below_k() -> None:
    places = ranks(floats([3, 2, 1], [1, 2, 3], [2, 2, 1]), np.array([0, 0, 1]))
    assert places.tolist() == [0, 2, 0]
    assert [hits(places, k).tolist() for k in (1, 2, 3)] == [[1, 0, 1], [1, 0, 1], [1, 1, 1]]


def test_best_rank_takes_the_best_of_several_relevant_columns() -> None:
    assert best_rank(
        floats([4, 3, 2, 1], [4, 3, 2, 1]), np.array([[False, True, False, True], [False, False, False, True]])
    ).tolist() == [1, 3]


def test_distance_counts_steps_up_and_down() -> None:
    assert label_distances(TREE).tolist() == [[0, 2, 3, 4], [2, 0, 3, 4], [3, 3, 0, 3], [4, 4, 3, 0]]


def test_distance_to_a_hypernym_is_the_steps_up() -> None:
    assert label_distances(Labels(("dog", "puppy"), (("dog",), ("puppy",)), ({"animal": 1}, {"dog": 1, "animal": 2}))).tolist() == [
        [0, 1],
        [1, 0],
    ]


def test_correct_set_grows_until_it_holds_k_labels() -> None:
    distances = label_distances(TREE)
    assert correct_sets(distances, 1).tolist() == np.eye(4, dtype=bool).tolist()
    # The second nearest label of the cat is at distance 3. All others are too, so the set holds four labels.
    assert correct_sets(distances, 2).tolist() == [
        [True, True, False, False],
        [True, True, False, False],
        [True] * 4,
        [False, False, True, True],
    ]
    assert correct_sets(distances, 9).all()


def test_hierarchical_precision_as_in_the_paper() -> None:
    # Answers for the puppy are puppy, cat, hound, car. {puppy, hound} holds one of the first two, {puppy, hound, cat} all three.
    scores, true = floats([4, 2, 3, 1], [1, 4, 2, 3]), np.array([0, 2])
    correct = {k: correct_sets(label_distances(TREE), k)[true] for k in (2, 3)}
    values = label_metrics(scores, true, correct)
    assert values["hp@2"].tolist() == [0.5, 1]
    assert values["hp@3"].tolist() == [1, 1]
    assert [values[f"hit@{k}"].tolist() for k in (1, 2, 5)] == [[1, 0], [1, 0], [1, 1]]
    assert best_columns(floats([1, 3, 3, 2]), 3).tolist() == [[1, 2, 3]]
    assert hierarchical_precision(np.array([[0, 3]]), np.array([[True, False, False, False]])).tolist() == [0.5]


def test_synonyms_of_seen_labels_are_listed() -> None:
    assert synonyms(["hound dogs", "dog", "cat", "dolphin"], TREE) == ["hound dogs", "cat"]
    assert known_classes(["cat", "emu", "motorbikes"], TREE) == {"imagenet": ["cat"], "pascal": ["motorbikes"]}


def test_labels_are_read_with_their_hypernyms(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("id,names,hypernyms\nn1,great white|shark,n2:1|n3:2\nown,own,\n")
    labels = read_labels(tmp_path / "labels.csv")
    assert labels == Labels(("n1", "own"), (("great white", "shark"), ("own",)), ({"n2": 1, "n3": 2}, {}))


def test_hierarchical_precision_as_in_the_seed() -> None:
    assert overlap(["dog", "cat", "cow"], ["cat", "dog", "pig"], 2) == 1
    assert overlap(["dog", "cow", "cat"], ["cat", "dog", "pig"], 2) == 0.5
    assert overlap(["dog"], ["dog", "cat"], 2) == 0.5


def test_one_word_of_a_two_word_label_is_a_hit() -> None:
    fillers = [f"word {place}" for place in range(20)]
    values = naming_metrics(
        [["plant", *fillers], [*fillers[:5], "dog", *fillers[5:]]],
        ["potted plant", "dog"],
        {"potted plant": ["potted", "plant", *fillers[:18]], "dog": ["dog", "cat", *fillers]},
    )
    assert [values[f"hit@{k}"].tolist() for k in (5, 10, 20)] == [[1, 0], [1, 1], [1, 1]]
    assert values["hp@5"].tolist() == [4 / 5, 3 / 5]


def test_nearest_words_agree_with_the_word_store() -> None:
    words, vectors = word_store(), floats([1, 0, 0, 0], [0, 0, 0.8, 0.6])
    for directions in (
        np.empty((0, 4), np.float32),
        floats([0, 1, 0, 0]),
    ):  # "sea-horse" lies on the second axis
        assert nearest_words(words, vectors, directions, 3) == [
            [hit.word for hit in words.nearest(row, 3, directions)] for row in vectors
        ]


def test_softmax_answers_with_the_words_of_its_labels() -> None:
    assert label_words([("great white shark",), ("white wolf", "wolf"), ("dog",)], floats([0.2, 0.7, 0.1])[0], 4) == [
        "white",
        "wolf",
        "great",
        "shark",
    ]


def test_conse_combines_the_most_probable_labels() -> None:
    shares = floats([0.6, 0.3, 0.1])
    vectors = floats([1, 0, 0], [0, 1, 0], [0, 0, 1])
    assert conse(shares, vectors, top=2)[0] == pytest.approx(np.array([2, 1, 0]) / np.sqrt(5))
    assert conse(shares, vectors, top=10)[0] == pytest.approx(np.array([6, 3, 1]) / np.sqrt(46))


def test_recall_of_captions_in_both_directions() -> None:
    # Captions 0 and 1 belong to image 0, caption 2 to image 1. Caption 1 prefers image 1, and image 1 prefers caption 1.
    to_images, to_texts = caption_recall(floats([0.9, 0.1], [0.2, 0.8], [0.3, 0.7]), np.array([0, 0, 1]))
    assert [to_images[f"R@{k}"].tolist() for k in (1, 5)] == [[1, 0, 1], [1, 1, 1]]
    assert [to_texts[f"R@{k}"].tolist() for k in (1, 5)] == [[1, 0], [1, 1]]


def test_random_vector_of_a_name_is_always_the_same() -> None:
    assert (random_vector("dog", 100) == random_vector("dog", 100)).all()
    assert np.linalg.norm(random_vector("dog", 100)) == pytest.approx(1)
    assert abs(random_vector("dog", 100) @ random_vector("hound", 100)) < 0.5
