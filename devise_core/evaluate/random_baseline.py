"""The paper's baseline: DeViSE trained the same way on random unit vectors in place of label vectors."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

import numpy as np

from devise_core.datasets.readers import AnnotatedImage
from devise_core.datasets.splits import bundled_training
from devise_core.errors import BuildError
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.storage.atomic_write import atomic_file
from devise_core.train.fit import Captioned, Examples, Settings, between, fit
from devise_core.train.head import Head, conse_head
from devise_core.train.targets import targets_of
from devise_core.train.views import VIEWS
from devise_core.vectors import Floats, unit


def random_vector(name: str, dimension: int) -> Floats:
    """A unit vector ``(d,)`` that says nothing about ``name`` but is always the same."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    return unit(np.random.default_rng(seed).normal(size=dimension))


def random_head(subject: ModelUnderTest) -> Head | None:
    """Trained on random vectors, and kept in the cache by all it was made from; None where a set to train on is missing."""
    try:
        parts = [picture for found in bundled_training(subject.data) for picture in found]
    except BuildError as error:
        subject.say(f"random vectors are left out: {error}")
        return None
    settings, share = recorded(subject.manifest.about.get("training", {}))
    made_from = {
        "model": subject.model_id,
        "classifier": subject.manifest.files[subject.layout.classifier.name].sha256,
        "settings": asdict(settings),
        "share": share,
        "dimension": subject.label_vectors.shape[1],
        "pictures": [[picture.label, picture.path.name, picture.path.stat().st_size] for picture in parts],
    }
    key = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:16]
    path = subject.cache / "random-heads" / f"{key}.npz"
    if path.is_file():
        with np.load(path) as kept:
            return Head(kept["kernel"], kept["bias"], kept["vectors"])
    head = _trained(subject, parts, settings, share)
    with atomic_file(path) as staged, staged.open("wb") as file:
        np.savez(file, **asdict(head))
    return head


def recorded(record: dict[str, Any]) -> tuple[Settings, float]:
    """How the model itself was trained, as its manifest says: the settings, and how far from the start the result stands.

    One view of each picture is used, for as many steps as the model took over all of them. Captions have no random vector.
    """
    known = record.get("settings", {}) if "share" in record else {}
    settings = {**asdict(Settings()), **known}
    settings |= {"epochs": settings["epochs"] * len(VIEWS), "caption_weight": 0.0}
    return Settings(**settings), float(record.get("share", 1.0))


def _trained(subject: ModelUnderTest, parts: list[AnnotatedImage], settings: Settings, share: float) -> Head:
    if subject.classifier is None:
        raise ValueError("The model came without its classifier.")
    dimension, ids = subject.label_vectors.shape[1], list(subject.labels.ids)
    subject.say(f"random vectors: training on {len(parts)} photographs")
    names = sorted({picture.label for picture in parts} - set(ids)) + ids
    place = {name: row for row, name in enumerate(names)}
    vectors = np.stack([random_vector(name, dimension) for name in names])
    features = subject.look(parts).features[None]
    start = conse_head(*subject.classifier, vectors[len(names) - len(ids) :])
    head, _ = fit(
        start,
        targets_of(list(vectors), [{} for _ in names], {}),
        Examples(features, np.asarray([place[picture.label] for picture in parts], dtype=np.int64)),
        Captioned(features[:, :1], [vectors[:1]]),
        settings,
    )
    return between(start, head, share)
