"""The paper's random baseline: DeViSE trained on random unit vectors in place of the label vectors.

For the bundled model, the training is simpler than that of the model. It has one view of each image and five times the epochs, one
seed, and neither captions nor hypernyms.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import softmax

from devise_core.backbones import load_backbone
from devise_core.datasets.readers import AnnotatedImage
from devise_core.datasets.splits import bundled_training
from devise_core.errors import ArtifactError, BuildError
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.storage.atomic_write import atomic_file
from devise_core.train.cache import FeatureCache
from devise_core.train.corpus import Corpus, read_images, training_part
from devise_core.train.head import Head, conse_head, interpolated
from devise_core.train.recipe import Recipe, bundled_recipe
from devise_core.train.run import Run, train
from devise_core.train.sampling import feature_examples
from devise_core.train.stages import train_head
from devise_core.train.targets import make_targets
from devise_core.train.views import VIEWS
from devise_core.train.write import RECORD
from devise_core.vectors import Floats, unit

Embedder = Callable[[Floats], Floats]
"""Features ``(n, f)`` → unit rows ``(n, d)``."""


def random_vector(name: str, dimension: int) -> Floats:
    """Return a random unit vector ``(d,)``. The same ``name`` always gives the same vector."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    return unit(np.random.default_rng(seed).normal(size=dimension))


def random_embedder(model: ModelUnderTest) -> Embedder | None:
    """Return the baseline of ``model``, which is trained on first use. Return None if the training images are missing."""
    if model.has_custom_labels:
        return _custom_embedder(model)
    head = random_head(model)
    return None if head is None else lambda features: unit(softmax(features @ head.kernel + head.bias, axis=1) @ head.vectors)


def random_head(model: ModelUnderTest) -> Head | None:
    """Return the baseline's head for a model with ImageNet labels, or None if the training images are missing.

    The file of the head in the cache folder is named after a digest of everything that the head depends on.
    """
    try:
        images = [image for part in bundled_training(model.data) for image in part]
    except BuildError as error:
        model.say(f"random vectors are left out: {error}")
        return None
    recipe, share = recorded_training(model.manifest.about.get("training", {}))
    made_from = {
        "model": model.model_id,
        "classifier": model.manifest.files[model.layout.classifier.name].sha256,
        "recipe": asdict(recipe),
        "share": share,
        "dimension": model.label_vectors.shape[1],
        "images": [[image.label, image.path.name, image.path.stat().st_size] for image in images],
    }
    key = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:16]
    path = model.cache / "random-heads" / f"{key}.npz"
    if path.is_file():
        with np.load(path) as kept:
            return Head(kept["kernel"], kept["bias"], kept["vectors"])
    head = _trained(model, images, recipe, share)
    with atomic_file(path) as staged, staged.open("wb") as file:
        np.savez(file, **asdict(head))
    return head


def recorded_training(record: dict[str, Any]) -> tuple[Recipe, float]:
    """Return how the model was trained: the recipe, and how far its head moved from the start (0) to the trained head (1).

    The recipe is adapted to the baseline, which sees each image in one view (see ``train/views.py``) and takes as many steps as the
    model took over all views. Captions are left out, because they have no random vector.

    Args:
        record: The entry ``training`` of the model's manifest.
    """
    recipe = bundled_recipe(record.get("settings", {}) if "share" in record else {})
    return replace(recipe, epochs=recipe.epochs * len(VIEWS), caption_weight=0.0), float(record.get("share", 1.0))


def _trained(model: ModelUnderTest, images: list[AnnotatedImage], recipe: Recipe, share: float) -> Head:
    if model.classifier is None:
        raise ValueError("The model came without its classifier.")
    dimension, ids = model.label_vectors.shape[1], list(model.labels.ids)
    model.say(f"random vectors: training on {len(images)} images")
    names = sorted({image.label for image in images} - set(ids)) + ids
    rows = {name: row for row, name in enumerate(names)}
    vectors = np.stack([random_vector(name, dimension) for name in names])
    features = model.encode(images).features[None]
    start = conse_head(*model.classifier, vectors[len(names) - len(ids) :])
    targets = make_targets(list(vectors), [{} for _ in names], {})
    examples = feature_examples(features, np.asarray([rows[image.label] for image in images], dtype=np.int64))
    head, _ = train_head(start, targets, examples, recipe)
    return interpolated(start, head, share)


def _custom_embedder(model: ModelUnderTest) -> Embedder | None:
    """Train the head of a model with custom labels as ``train`` did, on the model's backbone.

    The second stage is left out, because it would change the features that all methods share. Captions are left out, because they
    have no random vector. Return None if the training images are missing.
    """
    import keras

    record = _training_record(model)
    recipe = Recipe(**{**record["settings"], "finetune_epochs": 0, "caption_weight": 0.0})
    try:
        images = training_part(read_images(model.data / record["data"]), recipe.split)
    except BuildError as error:
        model.say(f"random vectors are left out: {error}")
        return None
    model.say(f"random vectors: training on {len(images)} images")
    labels = [image.label for image in images]
    names = sorted(set(labels))
    vectors = np.stack([random_vector(name, model.label_vectors.shape[1]) for name in names])
    corpus = Corpus(images, np.searchsorted(names, labels), names, vectors)
    backbone = load_backbone(record["backbone"]["name"], model.layout.model, size=record["backbone"]["size"])
    with (
        FeatureCache(model.cache / "features.sqlite", backbone.identity, backbone.width) as cache,
        tempfile.TemporaryDirectory() as checkpoints,
    ):
        run = Run(corpus, backbone, model.word_vectors, recipe, None, cache, Path(checkpoints), lambda *_: lambda *_: None)
        trained = train(run).model
    head = keras.Model(trained.get_layer("features").output, trained.output["embedding"])
    return lambda features: np.asarray(head(features), dtype=np.float32)


def _training_record(model: ModelUnderTest) -> dict[str, Any]:
    path = model.layout.root / RECORD
    try:
        return dict(json.loads(model.manifest.verified(path).read_text("utf-8")))
    except ValueError as error:
        raise ArtifactError(f"{path} is not a training record. Train this model again.") from error
