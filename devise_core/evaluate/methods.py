"""The methods side by side, on the same features: DeViSE, ConSE, DeViSE on random vectors, and the classifier itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from devise_core.evaluate.custom_random_baseline import Place, own_random
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.random_baseline import random_head, random_vector
from devise_core.evaluate.tables import RIVALS
from devise_core.results import OURS
from devise_core.train.head import Head
from devise_core.vectors import Floats, unit
from devise_core.vision.image_encoder import Encoded

CONSE, SOFTMAX = RIVALS
RANDOM = "random vectors"
T = 10
"""How many labels ConSE combines: the best of Norouzi et al. (2013)."""

Found = TypeVar("Found")

NO_CLASSIFIER, NO_PICTURES = "no classifier", "no pictures to train on"
CANNOT = "cannot"
"""What a method answers that has no place for the question."""


@dataclass(frozen=True)
class Space:
    """A method that places pictures and texts: ``embed`` → unit rows ``(n, d)``, ``text`` → ``(d,)``, ``labels`` ``(1000, d)``."""

    name: str
    embed: Callable[[Encoded], Floats]
    text: Callable[[str], Floats]
    labels: Floats


def spaces(subject: ModelUnderTest) -> list[Space]:
    """Every method that can be had: without the classifier's weights it is DeViSE alone. Made once a run."""
    subject.spaces = subject.spaces or _spaces(subject)
    return subject.spaces


def _spaces(subject: ModelUnderTest) -> list[Space]:
    ours = Space(OURS, lambda looked: looked.embeddings, subject.text.embed, subject.label_vectors)
    if subject.classifier is None:
        return [ours]
    vectors = subject.label_vectors
    by_conse = Space(CONSE, lambda looked: conse(probabilities(subject, looked), vectors), subject.text.embed, vectors)
    place = own_random(subject) if subject.has_own_labels else _random(subject)
    if place is None:
        return [by_conse, ours]
    chance = np.stack([random_vector(identity, vectors.shape[1]) for identity in subject.labels.ids])
    return [
        by_conse,
        Space(RANDOM, lambda looked: place(looked.features), lambda text: random_vector(text, vectors.shape[1]), chance),
        ours,
    ]


def _random(subject: ModelUnderTest) -> Place | None:
    head = random_head(subject)
    return None if head is None else lambda features: placed(head, features)


def beside(subject: ModelUnderTest, found: Mapping[str, Found | str]) -> dict[str, Found | str]:
    """A place for every method, in one order; those that the model or the data do not allow say so."""
    absent = NO_CLASSIFIER if subject.classifier is None else NO_PICTURES
    return {name: found.get(name, absent) for name in (SOFTMAX, CONSE, RANDOM, OURS)}


def probabilities(subject: ModelUnderTest, looked: Encoded) -> Floats:
    """The classifier's softmax ``(n, labels)``."""
    if subject.classifier is None:
        raise ValueError("The model came without its classifier.")
    kernel, bias = subject.classifier
    return softmax(subject.seen(looked.features) @ kernel + bias)


def softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def conse(shares: Floats, vectors: Floats, top: int = T) -> Floats:
    """Σ over the ``top`` labels of probability · vector, at length 1 (Norouzi et al., 2013, equation 2)."""
    kept = np.zeros_like(shares)
    best = np.argpartition(-shares, min(top, shares.shape[1]) - 1, axis=1)[:, :top]
    np.put_along_axis(kept, best, np.take_along_axis(shares, best, axis=1), axis=1)
    return unit(kept @ vectors)


def placed(head: Head, features: Floats) -> Floats:
    """Where a head places pictures: unit rows ``(n, d)``."""
    return unit(softmax(features @ head.kernel + head.bias) @ head.vectors)
