"""Open the files that the score (``scorer.py``) needs. ``build concepts`` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.errors import ArtifactError
from devise_core.search.class_shares import LabelSoftmax
from devise_core.search.image_concepts import CaptionMap, ImageConcepts
from devise_core.search.image_vectors import ImageVectors
from devise_core.search.kinds import KindTable
from devise_core.search.scorer import Scorer
from devise_core.storage.artifact_reader import Array, check_rows, checked, read_arrays, reading
from devise_core.text.concepts import ConceptStore, EncodedPhrases, PhraseMap
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import Floats, unit


def open_scorer(
    tables: Path,
    nouns: Path,
    words: Path,
    text: WordVectorEncoder,
    classifier: LabelSoftmax,
    head: LabelSoftmax | None,
    encoded: EncodedPhrases | None = None,
) -> Scorer:
    """Open ``scorer.npz``, ``noun_concepts.npy`` and ``word_concepts.npy``.

    Args:
        tables: ``scorer.npz``, with the linear maps, the label vectors and the kinds of nouns.
        nouns: ``noun_concepts.npy``, with the vectors of the nouns in the concept space.
        words: ``word_concepts.npy``, with the vectors of the words in the concept space.
        text: The text encoder whose nouns and words these are.
        classifier: The softmax of the untrained classifier.
        head: The softmax of the trained head, or None.
        encoded: Encodes the phrases of queries, or None to add up the vectors of their words.

    Returns:
        The scorer. The vectors of nouns and words are not loaded, but read from disk when needed.

    Raises:
        ArtifactError: A file is missing or damaged, or the files do not belong together.
    """
    arrays = _Arrays(tables, read_arrays(tables))
    with reading(tables):
        dimension = len(arrays.floats("phrase_mean", None))
        phrases = PhraseMap(arrays.floats("phrase_mean", dimension), arrays.floats("phrase_map", dimension, dimension))
        caption_mean = arrays.floats("caption_mean", classifier.feature_count)
        captions = CaptionMap(caption_mean, arrays.floats("caption_map", classifier.feature_count, dimension))
        labels = arrays.floats("labels", classifier.label_count, dimension)
        hubs = unit(arrays.floats("hubs", None, dimension))
        if len(hubs) > len(text.nouns):
            raise ArtifactError(f"{tables} has {len(hubs)} hubs for {len(text.nouns)} nouns. Restore all files together.")
        kinds = _kinds(arrays, classifier.label_count, len(text.nouns))
    concepts = ConceptStore.open(nouns, words, phrases, text, encoded)
    return Scorer(text, concepts, kinds, ImageVectors(ImageConcepts(labels, captions), hubs, text.nouns, classifier, head))


@dataclass(frozen=True)
class _Arrays:
    """The arrays of ``scorer.npz``. Each array is checked when it is taken."""

    path: Path
    arrays: Mapping[str, Array]

    def floats(self, name: str, *shape: int | None) -> Floats:
        return np.asarray(self.take(name, np.number, *shape), dtype=np.float32)

    def take(self, name: str, kind: type[Any], *shape: int | None) -> Array:
        return checked(self.arrays[name], f"“{name}” in {self.path}", kind, shape)


def _kinds(arrays: _Arrays, label_count: int, noun_count: int) -> KindTable:
    synsets = arrays.take("kind_synsets", np.integer, None)
    members = arrays.take("kind_members", np.uint8, label_count, -(-len(synsets) // 8))
    starts = arrays.take("noun_starts", np.integer, noun_count + 1)
    kinds = arrays.take("noun_kinds", np.integer, None)
    check_rows(kinds, len(synsets), f"“noun_kinds” in {arrays.path}")
    check_rows(starts, len(kinds) + 1, f"“noun_starts” in {arrays.path}")
    return KindTable(
        np.unpackbits(members, axis=1, count=len(synsets)).T.astype(np.bool_, order="C"),
        synsets,
        starts,
        kinds,
        arrays.floats("noun_weights", len(kinds)),
    )
