"""A whole training run: compute features once, train a head on them, then optionally fine-tune the backbone."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from devise_core.backbones import Backbone
from devise_core.datasets.splits import Mask
from devise_core.errors import BuildError
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.train.accuracy import Accuracy, cross_validated, validated
from devise_core.train.cache import FeatureCache
from devise_core.train.checkpoint import Checkpoint
from devise_core.train.classifier import Classifier, fit_classifier
from devise_core.train.corpus import Corpus, validation_part
from devise_core.train.features import ViewFeatures, cached_features
from devise_core.train.head import Head
from devise_core.train.head_models import joined
from devise_core.train.recipe import Recipe
from devise_core.train.stages import (
    ViewInputs,
    corpus_examples,
    embedding_model,
    head_optimizers,
    new_head,
    pixel_inputs,
    trainable_variables,
)
from devise_core.train.targets import make_targets
from devise_core.train.trainer import Curve, LayerOptimizer, Progress, Trainer, make_optimizer
from devise_core.vectors import Floats
from devise_core.vision.batch_reader import READERS

if TYPE_CHECKING:
    import keras

HEAD, FINETUNE = "head", "finetune"
"""The two stages of a run. The second stage is optional and also trains the backbone."""
CHECKPOINT_VERSION = 2
_NOT_OF_THE_HEAD = ("epochs", "finetune_epochs", "finetune_rate")
"""Settings that the head's checkpoint does not depend on."""

StageProgress = Callable[[str, int], Progress]
"""The name of a stage and its number of epochs → the function to call after each epoch."""


@dataclass
class Trained:
    """The result of a run.

    Attributes:
        model: The trained model, from pixels to ``features`` and ``embedding``.
        corpus: The images that could be read, with their classes.
        validation: Which of these images were kept for validation, a mask ``(n,)``.
        skipped: For each other image, why the image could not be read.
        curves: The curve of each stage.
        seconds: The duration of each step: computing features, each stage, and fitting the classifier after them.
        accuracy: How often the model names the right class of images that were kept out of training. None if none were kept out.
        classifier: A softmax over the classes, with which ``evaluate`` compares the head. None if ``Run.start`` was given.
    """

    model: keras.Model
    corpus: Corpus
    validation: Mask
    skipped: Sequence[str]
    curves: dict[str, Curve] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    classifier: Classifier | None = None
    accuracy: Accuracy | None = None


@dataclass(frozen=True)
class Run:
    """Everything that a run depends on.

    Attributes:
        corpus: The images and their classes.
        backbone: The backbone. The stage ``FINETUNE`` changes the weights of this object.
        text: The text encoder. Images are embedded in the space of its vectors.
        recipe: The settings.
        start: The head that a conse head (see ``head.py``) starts from, or None to start from a softmax fitted on the classes.
        cache: Features of earlier runs.
        checkpoints: The folder of the checkpoints.
        watch: Called when each stage begins. Returns the function to call after each epoch.
    """

    corpus: Corpus
    backbone: Backbone
    text: WordVectorEncoder
    recipe: Recipe
    start: Head | None
    cache: FeatureCache
    checkpoints: Path
    watch: StageProgress


def train(run: Run) -> Trained:
    """Train a model, or continue from the checkpoints in ``run.checkpoints`` if there are any.

    The same run on the same machine gives the same weights.

    Raises:
        BuildError: Fewer than two classes have an image that can be read, the loss becomes NaN, or a checkpoint is
            damaged or belongs to another run.
    """
    import keras

    began, recipe, backbone = time.perf_counter(), run.recipe, run.backbone
    computed = cached_features(backbone.model, [image.path for image in run.corpus.images], recipe.view_names, run.cache)
    corpus, features = run.corpus.subset(computed.kept), computed.features
    if len(corpus.names) < 2:
        raise BuildError(f"Fewer than two classes have an image that can be read. For example, {computed.skipped[0]}")
    validation = validation_part(corpus.classes, recipe.validation, recipe.seed)
    keras.utils.set_random_seed(recipe.seed)
    fits_classifier = run.start is None and recipe.head == "conse"
    classifier = _classifier(recipe, corpus, features, validation) if fits_classifier else None
    head = new_head(recipe, backbone.width, corpus, run.text.directions, run.start, classifier)
    trained = Trained(joined(backbone.model, head), corpus, validation, computed.skipped, classifier=classifier)
    trained.seconds["features"] = time.perf_counter() - began
    _train_stages(run, trained, head, computed)
    trained.accuracy = validated(trained.curves, corpus.classes[validation])
    if trained.accuracy is None and fits_classifier and not recipe.epochs and not recipe.finetune_epochs:
        trained.accuracy = cross_validated(recipe, corpus, features)
    if run.start is None and (classifier is None or recipe.finetune_epochs):
        began = time.perf_counter()
        trained.classifier = _classifier(recipe, corpus, _final_features(run, corpus, features), validation)
        trained.seconds["classifier"] = time.perf_counter() - began
    return trained


def _train_stages(run: Run, trained: Trained, head: keras.Model, computed: ViewFeatures) -> None:
    recipe, made_from = run.recipe, _made_from(run, trained.corpus, computed.keys)
    checkpoint = Checkpoint(run.checkpoints / "head.npz", _without(made_from, _NOT_OF_THE_HEAD))
    optimizers = head_optimizers(head, recipe)
    _train_stage(run, trained, HEAD, head, optimizers, lambda views, rows: computed.features[views, rows], checkpoint)
    if not recipe.finetune_epochs:
        return
    variables = trainable_variables(trained.model, run.backbone)
    optimizers = [LayerOptimizer(make_optimizer(recipe.optimizer, recipe.finetune_rate), variables)]
    checkpoint = Checkpoint(run.checkpoints / "finetune.npz", _without(made_from, ("finetune_epochs",)))
    with ThreadPoolExecutor(READERS) as readers:
        inputs = pixel_inputs(trained.corpus, recipe, run.backbone.size, readers)
        _train_stage(run, trained, FINETUNE, embedding_model(trained.model), optimizers, inputs, checkpoint)


def _train_stage(
    run: Run,
    trained: Trained,
    stage: str,
    model: keras.Model,
    optimizers: Sequence[LayerOptimizer],
    inputs: ViewInputs,
    checkpoint: Checkpoint,
) -> None:
    began, recipe, corpus = time.perf_counter(), run.recipe, trained.corpus
    targets = make_targets(list(corpus.vectors), [{}] * len(corpus.names), {}, recipe.near)
    train_rows, validation_rows = np.flatnonzero(~trained.validation), np.flatnonzero(trained.validation)
    epochs, number = (recipe.epochs, 0) if stage == HEAD else (recipe.finetune_epochs, 1)
    trainer = Trainer(model, optimizers, recipe, targets, number)
    trained.curves[stage] = trainer.run(
        epochs,
        corpus_examples(corpus, train_rows, inputs, len(recipe.view_names), run.text if recipe.caption_weight else None),
        corpus_examples(corpus, validation_rows, inputs) if len(validation_rows) else None,
        checkpoint,
        run.watch(stage, epochs),
    )
    trained.seconds[stage] = time.perf_counter() - began


def _classifier(recipe: Recipe, corpus: Corpus, features: Floats, validation: Mask) -> Classifier:
    """Fit a softmax on the images that are not kept for validation."""
    return fit_classifier(features[:, ~validation], corpus.classes[~validation], recipe.decay, recipe.features == "root")


def _final_features(run: Run, corpus: Corpus, first: Floats) -> Floats:
    """Return the features from the trained backbone. They are the ``first`` features unless ``FINETUNE`` changed the backbone."""
    if not run.recipe.finetune_epochs:
        return first
    with FeatureCache(None, "", run.backbone.width) as cache:
        files = [image.path for image in corpus.images]
        return cached_features(run.backbone.model, files, run.recipe.view_names, cache).features


def _made_from(run: Run, corpus: Corpus, keys: Sequence[str]) -> dict[str, Any]:
    """Return what the weights depend on, as plain values. A different value means a different run."""
    digest = hashlib.sha256(corpus.vectors.tobytes() + corpus.classes.tobytes() + "".join(keys).encode()).hexdigest()
    start = hashlib.sha256(run.start.kernel.tobytes() + run.start.vectors.tobytes()).hexdigest() if run.start else ""
    return {
        "version": CHECKPOINT_VERSION,
        **asdict(run.recipe),
        "backbone": f"{run.backbone.name} {run.backbone.identity}",
        "images": digest[:16],
        "classifier": start[:16],
    }


def _without(settings: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in names}
