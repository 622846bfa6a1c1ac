"""Open the text side of a model: the one place that knows its files."""

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

_TOLERANCE = 1e-3  # how far from orthonormal the rows may be, which is far above what rounding to float32 changes
Verified = Callable[[Path], Path]
"""Checks a file and returns its path, as ``Manifest.verified`` does."""


def open_word_store(layout: ArtifactLayout, verified: Verified = Path, indexed: bool = False) -> WordStore:
    """Open the words of the model in ``layout``, without its nouns.

    Args:
        layout: The model's folder.
        verified: Checks each file before it is opened. By default nothing is checked.
        indexed: Build a dictionary of all words, for a job that looks up thousands (0.1 s, 40 MB).

    Returns:
        The words. Their vectors stay on disk.

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
        indexed: As for ``open_word_store``.
        word_filter: The words that the vocabulary offers.

    Returns:
        The text encoder. Its vectors stay on disk.

    Raises:
        ArtifactError: A file is missing or damaged, or they do not belong together.
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
