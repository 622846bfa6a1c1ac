"""Open the files of the score, which ``build concepts`` writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from devise_core.search.class_shares import LabelSoftmax
from devise_core.search.image_concepts import CaptionMap, ImageConcepts
from devise_core.search.image_vectors import ImageVectors
from devise_core.search.kinds import KindTable
from devise_core.search.scorer import Scorer
from devise_core.text.concepts import ConceptStore, EncodedPhrases, PhraseMap
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import unit


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
        tables: The maps, the labels and the kinds.
        nouns: The nouns in the concept space.
        words: The words in the concept space.
        text: The text encoder they belong to.
        classifier: The softmax of the untrained classifier.
        head: The softmax of the trained head, or None.
        encoded: Encodes the phrases of queries, or None to add up their words.
    """
    with np.load(tables, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    kind_count = len(arrays["kind_synsets"])
    kinds = KindTable(
        np.unpackbits(arrays["kind_members"], axis=1, count=kind_count).T.astype(np.float32, order="C"),
        arrays["kind_synsets"],
        arrays["noun_starts"],
        arrays["noun_kinds"],
        arrays["noun_weights"].astype(np.float32),
    )
    phrases = PhraseMap(arrays["phrase_mean"].astype(np.float32), arrays["phrase_map"].astype(np.float32))
    captions = CaptionMap(arrays["caption_mean"].astype(np.float32), arrays["caption_map"].astype(np.float32))
    concepts = ConceptStore.open(nouns, words, phrases, text, encoded)
    hubs = unit(arrays["hubs"].astype(np.float32))
    images = ImageVectors(ImageConcepts(arrays["labels"].astype(np.float32), captions), hubs, text.nouns, classifier, head)
    return Scorer(text, concepts, kinds, images)
