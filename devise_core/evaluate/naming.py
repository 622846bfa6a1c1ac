"""The seed's own measure: pictures of Pascal Sentences named with all the words there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devise_core.datasets import readers, splits
from devise_core.evaluate.methods import NO_CLASSIFIER, RANDOM, SOFTMAX, Space, beside, probabilities, spaces
from devise_core.evaluate.metrics import overlap
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.random_baseline import random_vector
from devise_core.evaluate.tables import Measured, Outcome, by_class, compared
from devise_core.text.tokens import tokens
from devise_core.text.word_store import WordStore
from devise_core.train.corpus import raw_vector
from devise_core.vectors import ROWS_AT_A_TIME, Floats, largest, unit

KS = (5, 10, 20)


def pascal(subject: ModelUnderTest) -> Outcome:
    """The 100 test pictures of the seed's split, over every word of the store."""
    found = readers.pascal_sentences(subject.data / "pascal-sentences")
    test = [picture for picture, train in zip(found, splits.seed_split(len(found)), strict=True) if not train]
    labels, words, directions = [picture.label for picture in test], subject.text.words, subject.text.directions
    names, looked = sorted(set(labels)), subject.look(test)
    subject.say(f"pascal-sentences: {len(test)} photographs, {len(words)} words")
    # What a label's neighbours are is a matter of the word vectors as they were trained, whatever the model makes of them.
    near = nearest_words(words, np.stack([raw_vector(name, subject.text) for name in names]), directions[:0])
    true = dict(zip(names, near, strict=True))
    named = beside(subject, {space.name: _words(space, space.embed(looked), subject, names) for space in spaces(subject)})
    named[SOFTMAX] = (
        NO_CLASSIFIER
        if subject.classifier is None
        else [label_words(subject.labels.names, row) for row in probabilities(subject, looked)]
    )
    measured = {name: words if isinstance(words, str) else naming(words, labels, true) for name, words in named.items()}
    table = compared(
        "Pascal Sentences, the seed's split: naming with all words",
        f"hit@k: the true label, or a word of it, is among the k nearest of {len(words)} words. hp@k, as the "
        "seed: the share of these that are among the k nearest words of the true label's vector. The softmax answers "
        "with the words of its most probable labels' names." + subject.remark("pascal-sentences", "seed"),
        "pascal-sentences",
        measured,
    )
    return Outcome((table,), {"pascal-sentences, words": by_class(labels, measured, ("hit@5", "hp@5"))})


def naming(words: Sequence[Sequence[str]], labels: Sequence[str], true: dict[str, list[str]]) -> Measured:
    """``words``: each picture's, nearest first; ``labels``: its label; ``true``: each label's own nearest words."""
    found: dict[str, list[float]] = {f"{metric}@{k}": [] for metric in ("hit", "hp") for k in KS}
    for near, label in zip(words, labels, strict=True):
        answers = {label, *label.split()}
        for k in KS:
            found[f"hit@{k}"].append(float(bool(answers & set(near[:k]))))
            found[f"hp@{k}"].append(overlap(near, true[label], k))
    return {column: np.asarray(values) for column, values in found.items()}


def nearest_words(words: WordStore, vectors: Floats, directions: Floats, k: int = KS[-1]) -> list[list[str]]:
    """The ``k`` words nearest to each unit row ``(n, d)``, as ``WordStore.nearest`` finds them, for many rows in one pass."""
    scores = np.empty((len(vectors), len(words)), dtype=np.float32)
    for start in range(0, len(words), ROWS_AT_A_TIME):
        block = words.vectors[start : start + ROWS_AT_A_TIME].astype(np.float32)
        block -= (block @ directions.T) @ directions
        norms = np.maximum(np.linalg.norm(block, axis=1), 1e-9)  # a word may be nothing but a direction
        scores[:, start : start + len(block)] = vectors @ block.T / norms
    return [[words.word(int(row)) for row in largest(found, k)] for found in scores]


def label_words(names: Sequence[tuple[str, ...]], shares: Floats, k: int = KS[-1]) -> list[str]:
    """The first ``k`` different words of labels' first names, the most probable label first."""
    found: dict[str, None] = {}
    for row in np.argsort(-shares, kind="stable")[:k]:
        found |= dict.fromkeys(tokens(names[row][0]))
    return list(found)[:k]


def _words(space: Space, places: Floats, subject: ModelUnderTest, names: Sequence[str], k: int = KS[-1]) -> list[list[str]]:
    """The words nearest to ``places``, in the method's own space."""
    words = subject.text.words
    if space.name == RANDOM:
        return random_words(words, names, places, k)
    return nearest_words(words, places, subject.text.directions)


def random_words(words: WordStore, names: Sequence[str], places: Floats, k: int = KS[-1]) -> list[list[str]]:
    """The words nearest to ``places`` ``(n, d)`` where every word has a random vector, those of ``names`` the one trained on."""
    vectors = unit(np.random.default_rng(7).normal(size=(len(words), places.shape[1])))
    for name in names:
        rows = [row for word in name.split() if (row := words.row(word)) is not None]
        vectors[rows] = random_vector(name, places.shape[1])
    return [[words.word(int(row)) for row in largest(vectors @ place, k)] for place in places]
