"""``train``: pictures and word vectors → an artifact folder of your own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from devise_core.backbones import LITE0, Backbone, default_weights, load_backbone
from devise_core.bundle.jobs import Log
from devise_core.bundle.text_space import link_classifier, link_text, open_text, words_folder, write_raw_text
from devise_core.errors import BuildError
from devise_core.storage.atomic_write import atomic_folder
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.train.cache import FeatureCache
from devise_core.train.corpus import corpus_of, part_known, read_pictures, training_part
from devise_core.train.head import Head, conse_head
from devise_core.train.recipe import Recipe
from devise_core.train.run import Run, Trained, Watch, train
from devise_core.train.write import RECORD, Origin, reads_roots, write_trained
from devise_core.vectors import Floats
from devise_core.vision.keras_file import load_model


@dataclass(frozen=True)
class TrainingJob:
    """What to train, from what, to where.

    ``cache``: a folder for what is worth keeping between runs; ``keep_features`` is off for features in memory alone.
    ``weights``: as ``load_backbone`` takes them; None for the backbone's own. ``dimension``: of a file of words that holds several.
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


def train_model(order: TrainingJob, say: Log, watch: Watch) -> Trained:
    """Run ``order``. The folder appears whole at the end; an interrupted run leaves its checkpoints beside it, for ``resume``.

    Raises ``BuildError`` for data, words or settings that cannot be trained on, ``ArtifactError`` for a damaged source.
    """
    recipe, checkpoints = order.recipe, order.out.with_name(f".training-{order.out.name}")
    _check_out(order.out)
    chosen = training_part(read_pictures(order.data), recipe.split)
    source = words_folder(order.words, order.bundled, order.cache, recipe.targets, order.dimension, say)
    if not order.resume:
        shutil.rmtree(checkpoints, ignore_errors=True)
    with atomic_folder(order.out) as staged:
        layout, manifest = ArtifactLayout(staged), Manifest(staged)
        if recipe.targets == "raw":
            listed = next(folder for folder in (source, order.bundled) if ArtifactLayout(folder).nouns.is_file())
            write_raw_text(source, ArtifactLayout(listed).nouns, layout, manifest, order.command)
        else:
            link_text(source, layout, manifest)
        text = open_text(layout)
        corpus = corpus_of(chosen, text, recipe.targets)
        for name in part_known(corpus.names, text):
            say(f"of the class “{name}” a word has no vector: the others place it")
        backbone = load_backbone(recipe.backbone, order.weights, order.bundled, recipe.seed, recipe.size)
        name, start = _start(order, source, backbone)
        recipe = replace(recipe, start=name)
        cache = order.cache / "features.sqlite" if order.keep_features else None
        with FeatureCache(cache, backbone.identity, backbone.width) as features:
            run = Run(corpus, backbone, text, recipe, start, features, checkpoints, watch)
            trained = train(run)
        weights = Path(order.weights or default_weights(backbone.name)).name
        if trained.classifier is None and not recipe.finetune_epochs:  # after a second stage it would read other features
            link_classifier(order.bundled, layout, manifest)
        write_trained(layout, manifest, run, trained, Origin(order.command, order.name, order.data.resolve().name, weights))
        manifest.write()
    shutil.rmtree(checkpoints, ignore_errors=True)
    return trained


def _check_out(out: Path) -> None:
    """Only a folder that this command made is replaced."""
    if out.exists() and not (out.is_dir() and ((out / RECORD).is_file() or not any(out.iterdir()))):
        raise BuildError(f"{out} holds other files, which the model would replace: give a new folder as --out.")


def _start(order: TrainingJob, source: Path, backbone: Backbone) -> tuple[str, Head | None]:
    """The head a conse run starts from and its name; None for one fitted on the classes. ``auto`` takes the first to be had."""
    wanted = order.recipe.start
    if order.recipe.head != "conse" or wanted == "own":
        return wanted, None
    if order.recipe.features != "plain":
        reason = "it was made for plain features"
    elif backbone.name != LITE0 or order.weights not in (None, "bundled"):
        reason = f"it reads the features of {LITE0} with its bundled weights"
    elif order.recipe.targets == "raw":
        reason = "its labels stand near their kinds, where --targets text puts yours"
    else:
        vectors = np.load(Manifest.read(source).verified(ArtifactLayout(source).label_vectors))
        for name, head in (("classifier", _classifier), ("bundled", _trained)):
            if wanted in ("auto", name) and (found := head(order.bundled, vectors, source == order.bundled)):
                return name, found
        reason = f"{order.bundled} holds none over the labels of the words' folder"
    if wanted != "auto":
        raise BuildError(f"A head cannot start from the {wanted} one: {reason}; give --start own.")
    return "own", None


def _classifier(bundled: Path, vectors: Floats, _: bool) -> Head | None:
    """ConSE: the backbone's own classifier over ImageNet's labels, then their vectors."""
    path = ArtifactLayout(bundled).classifier
    if not path.is_file():
        return None
    manifest = Manifest.read(bundled)
    if reads_roots(manifest):
        return None
    weights = np.load(manifest.verified(path)).astype(np.float32)
    return conse_head(weights[:-1], weights[-1], vectors) if weights.shape[1] == len(vectors) else None


def _trained(bundled: Path, vectors: Floats, same_words: bool) -> Head | None:
    """The head of the bundled model, which has learnt already."""
    model = load_model(Manifest.read(bundled).verified(ArtifactLayout(bundled).model))
    layers = {layer.name: layer for layer in model.layers}
    if "labels" not in layers or layers["labels"].units != len(vectors):
        return None
    kernel, bias = layers["labels"].get_weights()
    return Head(kernel, bias, layers["space"].get_weights()[0] if same_words else vectors)
