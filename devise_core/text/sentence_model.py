"""Encode texts with all-MiniLM-L6-v2 (Reimers & Gurevych, 2019; Apache-2.0). Its int8 weights run in ONNX Runtime."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from devise_core.vectors import Floats

BATCH = 128
MAX_TOKENS = 256

TokenIds = np.ndarray[tuple[int, int], np.dtype[np.int64]]


class Session(Protocol):
    """The methods of ``onnxruntime.InferenceSession`` that this file uses."""

    def run(self, output_names: None, input_feed: dict[str, TokenIds]) -> Sequence[Any]:
        """Return the outputs of the model. The first output has the state of each token ``(n, tokens, s)``."""


class Tokenizer(Protocol):
    """The methods of ``tokenizers.Tokenizer`` that this file uses."""

    def encode(self, sequence: str) -> Any:
        """Return an object whose ``ids`` are the ids of the tokens of a text."""


class SentenceModel:
    """Maps a text to the mean of the states of its tokens, scaled to length 1. Several threads may use one instance.

    Args:
        session: The model in ONNX Runtime.
        tokenizer: The tokenizer of the model.
    """

    def __init__(self, session: Session, tokenizer: Tokenizer) -> None:
        self._session, self._tokenizer = session, tokenizer

    @classmethod
    def open(cls, model: Path, tokenizer: Path) -> SentenceModel:
        """Open the files ``model.onnx`` and ``tokenizer.json``.

        Raises:
            ImportError: ONNX Runtime or tokenizers is not installed.
        """
        import onnxruntime
        import tokenizers

        reader = tokenizers.Tokenizer.from_file(str(tokenizer))
        reader.enable_truncation(max_length=MAX_TOKENS)
        reader.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the order of sums, and so the vectors, must not depend on the machine's cores
        return cls(onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"]), reader)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit rows ``float32 (n, s)``, for one text or more. Only the first ``MAX_TOKENS`` tokens of a text are used."""
        tokens = [self._tokenizer.encode(text).ids for text in texts]
        by_length: dict[int, list[int]] = defaultdict(list)
        for place, ids in enumerate(tokens):
            by_length[len(ids)].append(place)
        batches = [
            places[start : start + BATCH]  # texts with the same number of tokens need no padding
            for places in by_length.values()
            for start in range(0, len(places), BATCH)
        ]
        vectors = np.concatenate([self._run(np.asarray([tokens[place] for place in batch], dtype=np.int64)) for batch in batches])
        return vectors[np.argsort(np.concatenate(batches))]

    def _run(self, tokens: TokenIds) -> Floats:
        inputs = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        states = self._session.run(None, inputs)[0].mean(axis=1)  # (n, s)
        return np.asarray(states / np.linalg.norm(states, axis=1, keepdims=True), dtype=np.float32)
