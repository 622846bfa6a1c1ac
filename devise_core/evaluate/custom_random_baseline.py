"""The paper's baseline for a model with labels of its own: its recipe once more, on random vectors in place of its labels'."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.backbones import load_backbone
from devise_core.errors import ArtifactError, BuildError
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.random_baseline import random_vector
from devise_core.train.cache import FeatureCache
from devise_core.train.corpus import Corpus, read_pictures, training_part
from devise_core.train.recipe import Recipe
from devise_core.train.run import Run, train
from devise_core.train.write import RECORD
from devise_core.vectors import Floats

Place = Callable[[Floats], Floats]
"""Features ``(n, f)`` → unit rows ``(n, d)``."""


def own_random(subject: ModelUnderTest) -> Place | None:
    """The head as ``train`` made it, on the model's own backbone; None where its pictures are not below the data.

    The first stage alone: the second would move the features that all methods stand on. Captions have no random vector.
    """
    import keras

    record = _record(subject)
    recipe = Recipe(**{**record["settings"], "finetune_epochs": 0, "caption_weight": 0.0})
    try:
        chosen = training_part(read_pictures(subject.data / record["data"]), recipe.split)
    except BuildError as error:
        subject.say(f"random vectors are left out: {error}")
        return None
    subject.say(f"random vectors: training on {len(chosen)} photographs")
    labels = [picture.label for picture in chosen]
    names = sorted(set(labels))
    vectors = np.stack([random_vector(name, subject.label_vectors.shape[1]) for name in names])
    corpus = Corpus(chosen, np.searchsorted(names, labels), names, vectors)
    backbone = load_backbone(record["backbone"]["name"], subject.layout.model, size=record["backbone"]["size"])
    with (
        FeatureCache(subject.cache / "features.sqlite", backbone.identity, backbone.width) as cache,
        tempfile.TemporaryDirectory() as checkpoints,
    ):
        model = train(Run(corpus, backbone, subject.text, recipe, None, cache, Path(checkpoints), lambda *_: lambda *_: None)).model
    head = keras.Model(model.get_layer("features").output, model.output["embedding"])
    return lambda features: np.asarray(head(features), dtype=np.float32)


def _record(subject: ModelUnderTest) -> dict[str, Any]:
    path = subject.layout.root / RECORD
    try:
        return dict(json.loads(subject.manifest.verified(path).read_text("utf-8")))
    except ValueError as error:
        raise ArtifactError(f"{path} is no record of a training: train this model again.") from error
