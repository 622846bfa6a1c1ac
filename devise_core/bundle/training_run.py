"""Run ``train``: make the artifact folder of a custom model from images and word vectors."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from devise_core.backbones import LITE0, Backbone, default_weights, load_backbone
from devise_core.bundle.context import Log
from devise_core.bundle.text_space import let_classes_name, link_classifier, link_text, words_folder, write_raw_text
from devise_core.datasets.readers import AnnotatedImage
from devise_core.errors import BuildError
from devise_core.storage.atomic_write import atomic_folder
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.opening import open_text_encoder
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.train.cache import FeatureCache
from devise_core.train.corpus import Corpus, corpus_of, partly_known, read_images, training_part
from devise_core.train.head import Head, conse_head, head_of
from devise_core.train.recipe import Recipe
from devise_core.train.run import Run, StageProgress, Trained, train
from devise_core.train.write import RECORD, Origin, reads_roots, write_trained
from devise_core.vectors import Floats
from devise_core.vision.keras_file import load_model


@dataclass(frozen=True)
class TrainingJob:
    """What to train, on which images, and where to write the model.

    Attributes:
        data: The folder with the images.
        out: The artifact folder to create.
        recipe: The settings of the training.
        bundled: The artifact folder of the bundled model.
        cache: The folder for features and word stores that later runs can use again.
        name: The name of the recipe.
        words: "bundled", the artifact folder of another model, or a file of word vectors.
        weights: The backbone weights as ``load_backbone`` takes them, or None for the default.
        dimension: The required dimension of a file of word vectors, or None to accept any.
        keep_features: Whether to keep the features in ``cache``.
        resume: Whether to continue an interrupted run.
        command: The command to record in the manifest.
    """

    data: Path
    out: Path
    recipe: Recipe
    bundled: Path
    cache: Path
    name: str = "bundled"
    words: str = "bundled"
    weights: str | None = None
    dimension: int | None = None
    keep_features: bool = True
    resume: bool = False
    command: str = "python -m devise_core train DATA --out OUT"


def train_model(job: TrainingJob, log: Log, watch: StageProgress) -> Trained:
    """Train a model and write its artifact folder, which appears only when it is complete.

    Args:
        job: What to train.
        log: Receives the messages.
        watch: Called when a stage of the training begins. Returns the function to call after each epoch.

    Returns:
        The trained model. An interrupted run leaves checkpoints beside ``job.out``. A job with ``resume`` continues from them.

    Raises:
        BuildError: If the images, words or settings cannot be used for training.
        ArtifactError: If the bundled model is damaged.
    """
    recipe, checkpoints = job.recipe, job.out.with_name(f".training-{job.out.name}")
    _check_out(job.out)
    images = training_part(read_images(job.data), recipe.split)
    source = words_folder(job.words, job.bundled, job.cache, recipe.targets, job.dimension, log)
    if not job.resume:
        shutil.rmtree(checkpoints, ignore_errors=True)
    with atomic_folder(job.out) as staged:
        layout, manifest = ArtifactLayout(staged), Manifest(staged)
        _write_text_side(job, source, images, layout, manifest)
        text = open_text_encoder(layout, indexed=True)
        corpus = corpus_of(images, text, recipe.targets)
        _say_what_is_partly_known(corpus, text, log)
        backbone = _open_backbone(job, corpus, log)
        name, start = _choose_start(job, source, backbone)
        recipe = replace(recipe, start=name)
        cache = job.cache / "features.sqlite" if job.keep_features else None
        with FeatureCache(cache, backbone.identity, backbone.width) as features:
            run = Run(corpus, backbone, text, recipe, start, features, checkpoints, watch)
            trained = train(run)
        if trained.classifier is None and not recipe.finetune_epochs:  # the classifier does not fit a fine-tuned backbone
            link_classifier(job.bundled, layout, manifest)
        write_trained(layout, manifest, run, trained, _origin(job, backbone))
        manifest.write()
    shutil.rmtree(checkpoints, ignore_errors=True)
    return trained


def _say_what_is_partly_known(corpus: Corpus, text: WordVectorEncoder, log: Log) -> None:
    for name in partly_known(corpus.names, text):
        log(f"One word of the class “{name}” has no vector. The class is placed by its other words.")


def _check_out(out: Path) -> None:
    """Refuse to replace a folder that this command did not make."""
    if out.exists() and not (out.is_dir() and ((out / RECORD).is_file() or not any(out.iterdir()))):
        raise BuildError(f"{out} holds other files, which the model would replace. Give a new folder as --out.")


def _origin(job: TrainingJob, backbone: Backbone) -> Origin:
    weights = Path(job.weights or default_weights(backbone.name)).name
    return Origin(job.command, job.name, job.data.resolve().name, weights)


def _write_text_side(
    job: TrainingJob, source: Path, images: Sequence[AnnotatedImage], layout: ArtifactLayout, manifest: Manifest
) -> None:
    if job.recipe.targets == "raw":
        nouns = next(path for folder in (source, job.bundled) if (path := ArtifactLayout(folder).nouns).is_file())
        write_raw_text(source, nouns, layout, manifest, job.command)
    else:
        link_text(source, layout, manifest)
    corpus = corpus_of(images, open_text_encoder(layout, indexed=True), job.recipe.targets)
    let_classes_name(layout, manifest, corpus.names, corpus.vectors, job.command)


def _open_backbone(job: TrainingJob, corpus: Corpus, log: Log) -> Backbone:
    recipe = job.recipe
    log(f"{len(corpus.images)} images of {len(corpus.names)} classes. Loading the backbone {recipe.backbone}.")
    return load_backbone(recipe.backbone, job.weights, job.bundled, recipe.seed, recipe.size)


def _choose_start(job: TrainingJob, source: Path, backbone: Backbone) -> tuple[str, Head | None]:
    """Return the name of the head that a ConSE run starts from, and the head. A head maps features to word vectors.

    The head is None if the run fits its own head on the classes.

    Raises:
        BuildError: If the recipe asks for a head that cannot be used in this run.
    """
    requested = job.recipe.start
    if job.recipe.head != "conse" or requested == "own":
        return requested, None
    if job.recipe.features != "plain":
        reason = "it was made for plain features"
    elif backbone.name != LITE0 or job.weights not in (None, "bundled"):
        reason = f"it reads the features of {LITE0} with its bundled weights"
    elif job.recipe.targets == "raw":
        reason = "its labels are mixed with their hypernyms, and raw targets are not"
    else:
        vectors = np.load(Manifest.read(source).verified(ArtifactLayout(source).label_vectors))
        for name, load in (("classifier", _classifier_head), ("bundled", _trained_head)):
            if requested in ("auto", name) and (head := load(job.bundled, vectors, source == job.bundled)):
                return name, head
        reason = f"{job.bundled} has none for the labels of these words"
    if requested != "auto":
        raise BuildError(f"The head cannot start from the {requested} one, because {reason}. Give --start own.")
    return "own", None


def _classifier_head(bundled: Path, vectors: Floats, _: bool) -> Head | None:
    """Return a ConSE head made of the ImageNet classifier and the label vectors, or None if no classifier fits."""
    path = ArtifactLayout(bundled).classifier
    if not path.is_file():
        return None
    manifest = Manifest.read(bundled)
    if reads_roots(manifest):
        return None
    weights = np.load(manifest.verified(path)).astype(np.float32)
    return conse_head(weights[:-1], weights[-1], vectors) if weights.shape[1] == len(vectors) else None


def _trained_head(bundled: Path, vectors: Floats, same_words: bool) -> Head | None:
    """Return the trained head of the bundled model, or None if it does not fit the number of ``vectors``."""
    model = load_model(Manifest.read(bundled).verified(ArtifactLayout(bundled).model))
    layers = {layer.name: layer for layer in model.layers}
    if "labels" not in layers or layers["labels"].units != len(vectors):
        return None
    head = head_of(model)
    return head if same_words else replace(head, vectors=vectors)
