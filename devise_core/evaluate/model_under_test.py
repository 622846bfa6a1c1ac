"""The model to measure. It encodes each image once per run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from devise_core.collections.base import Collection
from devise_core.collections.empty import EmptyCollection
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.collections.opening import open_collection
from devise_core.datasets.readers import AnnotatedImage
from devise_core.engine import Engine
from devise_core.errors import BuildError, NoVocabularyError
from devise_core.evaluate.data import read_data
from devise_core.evaluate.wordnet_distance import Labels, read_labels
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.opening import open_text_encoder
from devise_core.text.phrase_encoder import PhraseEncoder, configured_phrase_encoder
from devise_core.text.text_encoder import TextEncoder
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.train.classifier import Classifier, rooted
from devise_core.train.write import reads_roots
from devise_core.vectors import Floats
from devise_core.vision.image_encoder import Encoded, ImageEncoder, KerasImageEncoder

PHOTOS = "photos"
Say = Callable[[str], None]


@dataclass
class ModelUnderTest:
    """A model's folder, opened for measuring.

    Attributes:
        layout: The files of the folder.
        manifest: What the folder's manifest says about the files.
        text: The model's text encoder.
        encoder: The model's image encoder.
        data: The folder of the data sets.
        cache: The folder for results to keep between runs.
        say: Prints a line of progress.
        phrase_encoder: The configured phrase encoder, or None. Only the row that names it is measured with it.
    """

    layout: ArtifactLayout
    manifest: Manifest
    text: TextEncoder
    encoder: ImageEncoder
    data: Path
    cache: Path
    say: Say
    phrase_encoder: PhraseEncoder | None = None
    _encoded: dict[Path, tuple[Floats, Floats]] = field(default_factory=dict, repr=False)

    def encode(self, images: Sequence[AnnotatedImage]) -> Encoded:
        """Return the features and embeddings of ``images``, in order.

        Raises:
            ImageError: If an image cannot be read.
        """
        from tqdm import tqdm

        files = [image.path for image in images if image.path not in self._encoded]
        with tqdm(total=len(files), desc="images", unit="image", disable=not files) as bar:
            for batch in self.encoder.encode_many(files):
                start = bar.n
                for file, features, embedding in zip(files[start:], batch.features, batch.embeddings, strict=False):
                    self._encoded[file] = features, embedding
                bar.update(len(batch.features))
        rows = [self._encoded[image.path] for image in images]
        return Encoded(np.stack([features for features, _ in rows]), np.stack([embedding for _, embedding in rows]))

    @property
    def model_id(self) -> str:
        """The id of the model and of everything else that the vectors depend on."""
        return self.encoder.model_id

    @cached_property
    def classifier(self) -> Classifier | None:
        """The weights of the softmax over ``labels``, which reads ``classifier_inputs``. None if the model came without them."""
        if self.layout.classifier.name not in self.manifest.files:
            return None
        weights = np.load(self.manifest.verified(self.layout.classifier)).astype(np.float32)
        return weights[:-1], weights[-1]

    def classifier_inputs(self, features: Floats) -> Floats:
        """Return what the classifier and a conse head read: ``features`` ``(n, f)`` as they are, or their square roots."""
        return np.asarray(rooted(features), dtype=np.float32) if reads_roots(self.manifest) else features

    def training_note(self, data: str, split: str) -> str:
        """Return a warning if the model was trained on the images to measure, else an empty string.

        Args:
            data: The name of the data set.
            split: The ``--split`` that keeps the measured images out of training.
        """
        record = self.manifest.about.get("training", {})
        if record.get("data") != data or record["settings"]["split"] == split:
            return ""
        return f" The model was trained on these images. Train it with --split {split} for a fair measurement."

    @cached_property
    def labels(self) -> Labels:
        """The labels of the classifier."""
        return read_labels(self.manifest.verified(self.layout.labels))

    @property
    def has_custom_labels(self) -> bool:
        """Whether the model was trained on labels other than ImageNet's."""
        return not any(self.labels.hypernyms)

    def imagenet_labels(self) -> Labels:
        """Return the ImageNet labels.

        Raises:
            BuildError: If the model has custom labels.
        """
        if self.has_custom_labels:
            raise BuildError(
                f"{self.layout.labels} does not hold the ImageNet labels. Measure this model with "
                "`python -m devise_core evaluate pascal-sentences`."
            )
        return self.labels

    @property
    def word_vectors(self) -> WordVectorEncoder:
        """The text encoder, for a protocol that names images with all words.

        Raises:
            NoVocabularyError: If the model has no word vectors.
        """
        if not isinstance(self.text, WordVectorEncoder):
            raise NoVocabularyError
        return self.text

    @cached_property
    def label_vectors(self) -> Floats:
        """The vector of each label: unit rows ``(labels, d)``. A model without labels has no rows."""
        if self.layout.label_vectors.name not in self.manifest.files:
            return np.empty((0, self.text.dimension), dtype=np.float32)
        return np.asarray(np.load(self.manifest.verified(self.layout.label_vectors)), dtype=np.float32)

    def engine(self, collection: str | Collection) -> Engine:
        """Return an engine with this model over a collection, given as an object or as a name for the method ``collection``."""
        collection = self.collection(collection) if isinstance(collection, str) else collection
        return Engine(self.layout, self.manifest, self.text, self.encoder, EmptyCollection()).on(collection)

    def collection(self, name: str) -> Collection:
        """Open the collection ``name`` of this model.

        The collection ``photos`` is reduced to the images that were judged. Images added later would change the meaning of all
        figures.
        """
        collection = open_collection(name, self.layout, self.model_id)
        return _judged(collection) if name == PHOTOS else collection


def _judged(collection: Collection) -> Collection:
    """Return the images of ``photos`` that ``measured_photos.csv`` lists, or the whole collection if it has no listed image."""
    ids = [row["id"] for row in read_data("measured_photos")]
    rows = [collection.row(item) for item in ids if item in collection]
    if not rows:
        return collection
    images = [
        InMemoryImage(collection.items[row], collection.items[row].id, b"", collection.features[row], collection.embeddings[row])
        for row in rows
    ]
    return InMemoryCollection(collection.name, images)


def open_model_under_test(layout: ArtifactLayout, data: Path, cache: Path, say: Say) -> ModelUnderTest:
    """Open a model without a collection, because a model that was just trained has none.

    Args:
        layout: The folder of the model.
        data: The folder with the data sets.
        cache: The folder for vectors of images.
        say: Receives messages about the progress.

    Returns:
        The model. Its weights are loaded when the first image is encoded.

    Raises:
        ArtifactError: If a file of the model is missing or damaged.
        SettingsError: If the folder of ``SEMBLANCE_PHRASE_ENCODER`` cannot be read.
    """
    manifest = Manifest.read(layout.root)
    text = open_text_encoder(layout, manifest.verified, indexed=True)
    encoder = KerasImageEncoder(layout.model, manifest)
    return ModelUnderTest(layout, manifest, text, encoder, data, cache, say, configured_phrase_encoder())
