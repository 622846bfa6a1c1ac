"""Learn two maps from captions: from the words of a phrase to the phrase, and from an image's features to its captions.

Both maps are ridge regressions in closed form on the training part of Pascal Sentences. The map of features also learns from the
labels of the training parts of Caltech-101 and of the ImageNet samples, with a smaller weight. Both lead to the concept space, the
second space of word vectors that the score uses (``search/scorer.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.bundle.context import BuildContext
from devise_core.bundle.sentence_encoder import sentence_vectors
from devise_core.datasets import readers, splits
from devise_core.datasets.readers import AnnotatedImage
from devise_core.errors import BuildError
from devise_core.search.class_shares import feature_roots
from devise_core.text.tokens import tokens
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import Bytes, Floats, Rows, unit_or_zero
from devise_core.vision.image_encoder import KerasImageEncoder

PHRASE_RIDGE, CAPTION_RIDGE = 3.0, 3.0
LABEL_SHARE = 0.1
"""The weight of an image with a label, relative to that of an image with captions."""


@dataclass(frozen=True)
class CaptionData:
    """What both maps are learnt from.

    Attributes:
        captions: The vectors of the captions from the sentence encoder, mapped to the concept space ``(captions, c)``.
        sums: The sum of the word vectors of each caption, unit rows ``(captions, c)``.
        images: The row in ``captioned`` of each caption's image ``(captions,)``.
        captioned: The features of the images with captions ``(n, f)``.
        labelled: The features of images with a label ``(m, f)``.
        labels: The labels' vectors in the concept space, unit rows ``(m, c)``.
    """

    captions: Floats
    sums: Floats
    images: Rows
    captioned: Floats
    labelled: Sequence[Floats]
    labels: Sequence[Floats]

    @classmethod
    def read(
        cls,
        context: BuildContext,
        text: WordVectorEncoder,
        words: Bytes,
        nouns: Bytes,
        label_vectors: Floats,
        project: Callable[[Floats], Floats],
    ) -> CaptionData:
        """Read the data sets, and return their images and captions encoded.

        Args:
            context: Says where the data sets, the model and the cache are.
            text: The words and nouns of the model.
            words: The concept vectors ``int8 (w, c)`` of the most frequent words.
            nouns: The concept vectors ``int8 (n, c)`` of the nouns.
            label_vectors: The concept vectors ``(l, c)`` of the ImageNet labels.
            project: Maps sentence vectors ``(m, s)`` to the concept space ``(m, c)``.

        Raises:
            BuildError: If a data set or the model is missing.
        """
        if context.data is None:
            raise BuildError("The caption maps are learnt from images. Give the data sets with --data, or set SEMBLANCE_DATA.")
        encoder = KerasImageEncoder(context.layout.model, context.manifest())
        pascal = readers.pascal_sentences(context.data / "pascal-sentences")
        pascal = splits.select(pascal, splits.seed_split(len(pascal)))
        pairs = [(row, caption) for row, image in enumerate(pascal) for caption in image.captions]
        raw = sentence_vectors(context, "pascal-captions", [caption for _, caption in pairs])
        sums = np.stack([word_sum(caption, text, words) for _, caption in pairs])
        named, samples = splits.bundled_training(context.data)
        named = [image for image in named if not image.captions]
        ids = {identity: row for row, identity in enumerate(_label_ids(context))}
        captioned, labelled = _features(encoder, pascal), [_features(encoder, named), _features(encoder, samples)]
        labels = np.stack([_label_vector(image.label, text, words, nouns) for image in named])
        labels_of_samples = label_vectors[[ids[image.label] for image in samples]]
        images = np.asarray([row for row, _ in pairs], dtype=np.int64)
        return cls(project(raw), sums, images, captioned, labelled, [labels, labels_of_samples])


def word_sum(caption: str, text: WordVectorEncoder, words: Bytes) -> Floats:
    """Return the sum of a caption's word vectors, weighted by the rarity of the words.

    Args:
        caption: A text.
        text: Gives each word its row and its rarity.
        words: The concept vectors ``int8 (w, c)`` of the most frequent words.

    Returns:
        A unit vector ``(c,)``, or zeros if no word is known.
    """
    rows = [row for token in tokens(caption) if (row := text.words.row(token)) is not None and row < len(words)]
    if not rows:
        return np.zeros(words.shape[1], dtype=np.float32)
    return unit_or_zero(text.words.rarity(rows) @ unit_or_zero(words[rows].astype(np.float32)))


def fit_phrase_map(data: CaptionData) -> dict[str, Floats]:
    """Learn the map from the sum of a phrase's word vectors to the vector of the phrase."""
    mean, centre = data.sums.mean(axis=0), data.captions.mean(axis=0)
    deviations = data.sums - mean
    gram = deviations.T @ deviations + PHRASE_RIDGE * np.eye(deviations.shape[1], dtype=np.float32)
    return {"phrase_mean": mean, "phrase_map": np.linalg.solve(gram, deviations.T @ (data.captions - centre))}


def fit_caption_map(data: CaptionData) -> dict[str, Floats]:
    """Learn the map from an image's features (see ``feature_roots``) to the vectors of its captions or its label."""
    captions = np.zeros((len(data.captioned), data.captions.shape[1]), dtype=np.float32)
    np.add.at(captions, data.images, data.captions - data.captions.mean(axis=0))
    targets = [unit_or_zero(captions), *data.labels]
    inputs = [feature_roots(features) for features in (data.captioned, *data.labelled)]
    weights = np.concatenate([np.full(len(rows), LABEL_SHARE if place else 1.0) for place, rows in enumerate(inputs)])
    weights = (weights / weights.mean()).astype(np.float32)
    roots, wanted = np.concatenate(inputs), np.concatenate([target - target.mean(axis=0) for target in targets])
    mean = weights @ roots / weights.sum()
    scale = np.sqrt(weights)[:, None]
    deviations = (roots - mean) * scale
    gram = deviations.T @ deviations + CAPTION_RIDGE * np.eye(deviations.shape[1], dtype=np.float32)
    matrix = np.linalg.solve(gram, deviations.T @ (wanted * scale))
    return {"caption_mean": mean, "caption_map": matrix.astype(np.float16)}


def _label_vector(label: str, text: WordVectorEncoder, words: Bytes, nouns: Bytes) -> Floats:
    noun = text.vocabulary.noun_row(label)
    return word_sum(label, text, words) if noun is None else unit_or_zero(nouns[noun].astype(np.float32))


def _features(encoder: KerasImageEncoder, images: Sequence[AnnotatedImage]) -> Floats:
    return np.concatenate([part.features for part in encoder.encode_many([image.path for image in images])])


def _label_ids(context: BuildContext) -> list[str]:
    return [line.partition(",")[0] for line in context.layout.labels.read_text("utf-8").splitlines()[1:]]
