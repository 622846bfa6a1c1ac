"""Open the text encoder of a model. No other module knows which files the text encoder needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from devise_core.errors import ArtifactError
from devise_core.storage.artifact_reader import read_array
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.foreign_nouns import ForeignNouns
from devise_core.text.noun_store import NounStore
from devise_core.text.word_filter import ALLOW_ALL, WordFilter
from devise_core.text.word_store import WordStore
from devise_core.text.word_vector_encoder import WordVectorEncoder

_TOLERANCE = 1e-3  # the allowed deviation from orthonormal rows, far above the rounding error of float32
Verified = Callable[[Path], Path]
"""A function that checks a file and returns the path of the file, such as ``Manifest.verified``."""


def open_word_store(layout: ArtifactLayout, verified: Verified = Path, indexed: bool = False) -> WordStore:
    """Open the word store of the model in ``layout``, without the nouns.

    Args:
        layout: The model's folder.
        verified: Checks each file before it is opened. By default nothing is checked.
        indexed: Whether to build a dictionary of all words, for a job that looks up thousands of words. It takes 0.1 s and 40 MB.

    Returns:
        The word store. The vectors stay on disk.

    Raises:
        ArtifactError: A file is missing or damaged.
    """
    store = WordStore.open(verified(layout.words), verified(layout.word_vectors), verified(layout.word_scales))
    return store.index_words() if indexed else store


def open_text_encoder(
    layout: ArtifactLayout, verified: Verified = Path, indexed: bool = False, word_filter: WordFilter = ALLOW_ALL
) -> WordVectorEncoder:
    """Open the text encoder of a model.

    Args:
        layout: The model's folder.
        verified: Checks each file before it is opened. By default nothing is checked.
        indexed: Whether to build a dictionary of all words (see ``open_word_store``).
        word_filter: Decides which words the vocabulary may offer.

    Returns:
        The text encoder. The vectors stay on disk.

    Raises:
        ArtifactError: A file is missing or damaged, or the files do not belong together.
    """
    words = open_word_store(layout, verified, indexed)
    nouns = NounStore.open(verified(layout.nouns), verified(layout.noun_vectors))
    if nouns.dimension != words.dimension:
        raise ArtifactError(
            f"{layout.word_vectors} has {words.dimension} columns, and {layout.noun_vectors.name} {nouns.dimension}. "
            "Restore all files of the model together."
        )
    foreign = ForeignNouns.open(verified(layout.foreign_nouns), word_filter) if layout.foreign_nouns.is_file() else None
    directions = read_array(verified(layout.directions), np.floating, (None, words.dimension))
    if not np.allclose(directions @ directions.T, np.eye(len(directions)), atol=_TOLERANCE):
        raise ArtifactError(f"{layout.directions} is damaged: its rows are not orthonormal. Restore the files of the model.")
    return WordVectorEncoder(words, nouns, directions, word_filter, foreign)
