"""Encode the texts of the offline build with the sentence model, and keep their vectors for later runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from devise_core.bundle import packages
from devise_core.bundle.context import BuildContext
from devise_core.errors import BuildError
from devise_core.storage.atomic_write import atomic_file
from devise_core.text.sentence_model import SentenceModel
from devise_core.vectors import Floats

Encode = Callable[[Sequence[str]], Floats]


def sentence_vectors(context: BuildContext, name: str, texts: Sequence[str]) -> Floats:
    """Encode texts, or read their vectors from the cache of an earlier run.

    Args:
        context: Gives the packages and the cache.
        name: The beginning of the file name in the cache.
        texts: ``n`` texts.

    Returns:
        Unit rows ``float32 (n, 384)``, rounded to the precision of float16.

    Raises:
        BuildError: If ONNX Runtime or a package is missing.
    """
    key = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    path = context.cache / "sentence-vectors" / f"{name}-{key}.npy"
    if not path.is_file():
        context.log(f"encoding {len(texts)} texts ({name})")
        with atomic_file(path) as staged:
            np.save(staged, sentence_encoder(context)(texts).astype(np.float16))
    return np.asarray(np.load(path), dtype=np.float32)


def sentence_encoder(context: BuildContext) -> Encode:
    """Open the encoder. Raises ``BuildError`` if ONNX Runtime or a package is missing."""
    model = _file(context.unpacked(packages.MINILM), "model.onnx")
    tokenizer = _file(context.unpacked(packages.MINILM_TOKENIZER), "tokenizer.json")
    try:
        return SentenceModel.open(model, tokenizer).encode
    except ImportError as error:
        raise BuildError('The sentence encoder needs ONNX Runtime. Run `pip install -e ".[phrases]"`.') from error


def _file(folder: Path, name: str) -> Path:
    path = next(folder.rglob(name), None)
    if path is None:
        raise BuildError(f"{folder} holds no {name}. Delete it and run this again.")
    return path
