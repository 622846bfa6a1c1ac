"""The model being measured, and the pictures it has looked at: each is put through the network once a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from devise_core.collections.base import Collection
from devise_core.datasets.readers import AnnotatedImage
from devise_core.engine import open_collection
from devise_core.errors import BuildError
from devise_core.evaluate.wordnet_distance import Labels, read_labels
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.noun_store import NounStore
from devise_core.text.text_encoder import WordVectorEncoder
from devise_core.text.word_store import WordStore
from devise_core.train.head import Classifier, rooted
from devise_core.train.write import reads_roots
from devise_core.vectors import Floats
from devise_core.vision.image_encoder import Encoded, ImageEncoder, KerasImageEncoder

if TYPE_CHECKING:
    from devise_core.evaluate.methods import Space

Say = Callable[[str], None]


@dataclass
class ModelUnderTest:
    """A model's folder, opened; ``data`` holds the photographs, ``cache`` what is worth keeping between runs.

    ``spaces``: the methods to compare, once they were made.
    """

    layout: ArtifactLayout
    manifest: Manifest
    text: WordVectorEncoder
    encoder: ImageEncoder
    data: Path
    cache: Path
    say: Say
    spaces: list[Space] = field(default_factory=list, repr=False)
    _seen: dict[Path, tuple[Floats, Floats]] = field(default_factory=dict, repr=False)

    def look(self, pictures: Sequence[AnnotatedImage]) -> Encoded:
        """Features and embeddings of ``pictures``, in order. Raises ``ImageError`` for one that cannot be read."""
        from tqdm import tqdm

        files = [picture.path for picture in pictures if picture.path not in self._seen]
        with tqdm(total=len(files), desc="pictures", unit="picture", disable=not files) as bar:
            for part in self.encoder.encode_many(files):
                start = bar.n
                for file, features, embedding in zip(files[start:], part.features, part.embeddings, strict=False):
                    self._seen[file] = features, embedding
                bar.update(len(part.features))
        rows = [self._seen[picture.path] for picture in pictures]
        return Encoded(np.stack([features for features, _ in rows]), np.stack([embedding for _, embedding in rows]))

    @property
    def model_id(self) -> str:
        return self.encoder.model_id

    @cached_property
    def classifier(self) -> Classifier | None:
        """The softmax on what ``seen`` makes of the backbone's features: its original one, or one fitted on labels of the model's
        own; None where there is none."""
        if self.layout.classifier.name not in self.manifest.files:
            return None
        weights = np.load(self.manifest.verified(self.layout.classifier)).astype(np.float32)
        return weights[:-1], weights[-1]

    def seen(self, features: Floats) -> Floats:
        """``features`` ``(n, f)`` as the classifier sees them, and a conse head on labels of the model's own."""
        return np.asarray(rooted(features), dtype=np.float32) if reads_roots(self.manifest) else features

    def remark(self, data: str, split: str) -> str:
        """A sentence where the model was trained on the pictures of ``data`` to measure with, which ``split`` keeps out."""
        record = self.manifest.about.get("training", {})
        if record.get("data") != data or record["settings"]["split"] == split:
            return ""
        return f" The model was trained on these very pictures: train it with --split {split} to measure it."

    @cached_property
    def labels(self) -> Labels:
        """The labels of the classifier."""
        return read_labels(self.manifest.verified(self.layout.labels))

    @property
    def has_own_labels(self) -> bool:
        """Whether the model was trained on labels of its own instead of ImageNet's."""
        return not any(self.labels.kinds)

    def imagenet_labels(self) -> Labels:
        """Raises ``BuildError`` where the model has labels of its own."""
        if self.has_own_labels:
            raise BuildError(
                f"{self.layout.labels} does not hold the ImageNet labels: measure this model with "
                "`python -m devise_core evaluate pascal-sentences`."
            )
        return self.labels

    @cached_property
    def label_vectors(self) -> Floats:
        """Unit rows ``(labels, d)``."""
        return np.asarray(np.load(self.manifest.verified(self.layout.label_vectors)), dtype=np.float32)

    def collection(self, name: str) -> Collection:
        return open_collection(name, self.layout, self.model_id)


def open_model_under_test(layout: ArtifactLayout, data: Path, cache: Path, say: Say) -> ModelUnderTest:
    """Open a model without a collection: one just trained has none. Raises ``ArtifactError``."""
    manifest = Manifest.read(layout.root)
    ok = manifest.verified
    words = WordStore.open(ok(layout.words), ok(layout.word_vectors), ok(layout.word_scales)).index_words()
    text = WordVectorEncoder(words, NounStore.open(ok(layout.nouns), ok(layout.noun_vectors)), np.load(ok(layout.directions)))
    return ModelUnderTest(layout, manifest, text, KerasImageEncoder(layout.model, manifest), data, cache, say)
