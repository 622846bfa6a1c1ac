"""The measurement of the 2020 notebook: images of Pascal Sentences, named with all words of the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devise_core.datasets import readers, splits
from devise_core.evaluate.methods import NO_CLASSIFIER, RANDOM, SOFTMAX, Method, Methods
from devise_core.evaluate.metrics import overlap
from devise_core.evaluate.random_baseline import random_vector
from devise_core.evaluate.tables import MetricValues, Outcome, class_means, comparison
from devise_core.text.tokens import tokens
from devise_core.text.word_store import WordStore
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.train.corpus import raw_vector
from devise_core.vectors import ROWS_AT_A_TIME, Floats, largest, unit

KS = (5, 10, 20)


def pascal(methods: Methods) -> Outcome:
    """Name the 100 test images of the 2020 notebook's split, among all words of the vocabulary."""
    model = methods.model
    images = readers.pascal_sentences(model.data / "pascal-sentences")
    test = [image for image, train in zip(images, splits.seed_split(len(images)), strict=True) if not train]
    labels, words, text = [image.label for image in test], model.word_vectors.words, model.word_vectors
    names, encoded = sorted(set(labels)), model.encode(test)
    model.say(f"pascal-sentences: {len(test)} images, {len(words)} words")
    # A label's true neighbours are its neighbours among the raw word vectors, before the text encoder of the model changes them.
    true_words = nearest_words(words, np.stack([raw_vector(name, text) for name in names]), text.directions[:0])
    true = dict(zip(names, true_words, strict=True))
    answers = methods.in_order({each.name: _answers(each, each.embed_images(encoded), text, names) for each in methods.embedding})
    answers[SOFTMAX] = (
        NO_CLASSIFIER
        if model.classifier is None
        else [label_words(model.labels.names, row) for row in methods.class_shares(encoded)]
    )
    results = {name: given if isinstance(given, str) else naming_metrics(given, labels, true) for name, given in answers.items()}
    table = comparison(
        "Pascal Sentences, split of the 2020 notebook: naming with all words",
        f"hit@k is the share of images whose true label, or one of its words, is among the k nearest of {len(words):,} words. "
        "hp@k, as in the 2020 notebook, is the share of these k words that are among the k nearest words of the true label's "
        "vector. The softmax answers with the words in the names of its most probable labels."
        + model.training_note("pascal-sentences", "seed"),
        "pascal-sentences",
        results,
    )
    return Outcome((table,), {"pascal-sentences, words": class_means(labels, results, ("hit@5", "hp@5"))})


def naming_metrics(answers: Sequence[Sequence[str]], labels: Sequence[str], true: dict[str, list[str]]) -> MetricValues:
    """Return hit@k and the 2020 notebook's hierarchical precision@k of each image.

    Args:
        answers: The words of each image, nearest first.
        labels: The true label of each image.
        true: The words nearest to the vector of each label, by label.
    """
    values: dict[str, list[float]] = {f"{metric}@{k}": [] for metric in ("hit", "hp") for k in KS}
    for words, label in zip(answers, labels, strict=True):
        accepted = {label, *label.split()}
        for k in KS:
            values[f"hit@{k}"].append(float(bool(accepted & set(words[:k]))))
            values[f"hp@{k}"].append(overlap(words, true[label], k))
    return {metric: np.asarray(numbers) for metric, numbers in values.items()}


def nearest_words(words: WordStore, vectors: Floats, directions: Floats, k: int = KS[-1]) -> list[list[str]]:
    """Return the ``k`` nearest words of each vector. ``WordStore.nearest`` does the same for a single vector.

    Args:
        words: The vocabulary.
        vectors: Unit rows ``(n, d)``.
        directions: Orthonormal rows ``(m, d)`` to remove from the word vectors.
        k: How many words.
    """
    scores = np.empty((len(vectors), len(words)), dtype=np.float32)
    for start in range(0, len(words), ROWS_AT_A_TIME):
        block = words.vectors[start : start + ROWS_AT_A_TIME].astype(np.float32)
        block -= (block @ directions.T) @ directions
        norms = np.maximum(np.linalg.norm(block, axis=1), 1e-9)  # a word vector may lie in the removed directions
        scores[:, start : start + len(block)] = vectors @ block.T / norms
    return [[words.word(int(row)) for row in largest(row_scores, k)] for row_scores in scores]


def label_words(names: Sequence[tuple[str, ...]], shares: Floats, k: int = KS[-1]) -> list[str]:
    """Return the first ``k`` different words of the labels, the most probable label first. Only the first name of a label counts.

    Args:
        names: All names of each label.
        shares: The softmax over the labels ``(labels,)``.
        k: How many words.
    """
    words: dict[str, None] = {}
    for row in np.argsort(-shares, kind="stable")[:k]:
        words |= dict.fromkeys(tokens(names[row][0]))
    return list(words)[:k]


def nearest_random_words(words: WordStore, names: Sequence[str], embeddings: Floats, k: int = KS[-1]) -> list[list[str]]:
    """Return the nearest words of each embedding if every word has a random vector.

    Args:
        words: The vocabulary.
        names: The names of the classes. Each word of a name gets the random vector that the class was trained with.
        embeddings: Unit rows ``(n, d)``.
        k: How many words.
    """
    vectors = unit(np.random.default_rng(7).normal(size=(len(words), embeddings.shape[1])))
    for name in names:
        rows = [row for word in name.split() if (row := words.row(word)) is not None]
        vectors[rows] = random_vector(name, embeddings.shape[1])
    return [[words.word(int(row)) for row in largest(vectors @ embedding, k)] for embedding in embeddings]


def _answers(method: Method, embeddings: Floats, text: WordVectorEncoder, names: Sequence[str]) -> list[list[str]]:
    """Return the words nearest to ``embeddings`` in the space of ``method``."""
    if method.name == RANDOM:
        return nearest_random_words(text.words, names, embeddings)
    return nearest_words(text.words, embeddings, text.directions)
