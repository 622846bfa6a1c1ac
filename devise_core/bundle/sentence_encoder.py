"""Encode texts with all-MiniLM-L6-v2 (Reimers & Gurevych, 2019; Apache-2.0). Only the offline build needs it.

The int8 weights run in ONNX Runtime: ``pip install onnxruntime tokenizers``.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from devise_core.bundle import packages
from devise_core.bundle.context import BuildContext
from devise_core.errors import BuildError
from devise_core.storage.atomic_write import atomic_file
from devise_core.vectors import Floats

DIMENSION = 384
BATCH = 128
MAX_TOKENS = 256

Encode = Callable[[Sequence[str]], Floats]


def sentence_vectors(context: BuildContext, name: str, texts: Sequence[str]) -> Floats:
    """Encode texts, or read their vectors from the cache of an earlier run.

    Args:
        context: Gives the packages and the cache.
        name: Names the file in the cache.
        texts: ``n`` texts.

    Returns:
        Unit rows ``float32 (n, 384)``, to the precision of float16.

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
    try:
        import onnxruntime
        from tokenizers import Tokenizer
    except ImportError as error:
        raise BuildError("The sentence encoder needs ONNX Runtime. Run `pip install onnxruntime tokenizers`.") from error
    model = _file(context.unpacked(packages.MINILM), "model.onnx")
    tokenizer = Tokenizer.from_file(str(_file(context.unpacked(packages.MINILM_TOKENIZER), "tokenizer.json")))
    tokenizer.enable_truncation(max_length=MAX_TOKENS)
    tokenizer.no_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the order of sums, and so the bytes, must not depend on the machine's cores
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def run(tokens: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> Floats:
        inputs = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        states = session.run(None, inputs)[0].mean(axis=1)  # (n, 384)
        return np.asarray(states / np.linalg.norm(states, axis=1, keepdims=True), dtype=np.float32)

    def encode(texts: Sequence[str]) -> Floats:
        tokens = [each.ids for each in tokenizer.encode_batch(list(texts))]
        by_length: dict[int, list[int]] = defaultdict(list)
        for place, ids in enumerate(tokens):
            by_length[len(ids)].append(place)
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for places in by_length.values():  # texts of one length need no padding
            for start in range(0, len(places), BATCH):
                batch = places[start : start + BATCH]
                vectors[batch] = run(np.asarray([tokens[place] for place in batch], dtype=np.int64))
        return vectors

    return encode


def _file(folder: Path, name: str) -> Path:
    path = next(folder.rglob(name), None)
    if path is None:
        raise BuildError(f"{folder} holds no {name}. Delete it and run this again.")
    return path
