"""A sentence model small enough to compute by hand: real files for ONNX Runtime and tokenizers, and fakes for tests without them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from devise_core.text.sentence_model import SentenceModel, TokenIds
from devise_core.vectors import Floats

IDS = {"[UNK]": 0, "dog": 1, "cat": 2, "piano": 3}
STATES = np.array([[0, 0, 1], [3, 0, 0], [0, 4, 0], [0, 0, 5]], np.float32)
"""The state of each token. A text's vector is the mean of its states, scaled to length 1: "dog cat" is (0.6, 0.8, 0)."""


class FakeSession:
    """Looks up the states of tokens. ``calls`` has the shape of each batch."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, ...]] = []

    def run(self, output_names: None, input_feed: dict[str, TokenIds]) -> Sequence[Floats]:
        self.calls.append(input_feed["input_ids"].shape)
        return [STATES[input_feed["input_ids"]]]


class FakeTokenizer:
    """Splits at spaces."""

    def encode(self, sequence: str) -> SimpleNamespace:
        return SimpleNamespace(ids=[IDS.get(word, 0) for word in sequence.lower().split()])


class ConstantModel(SentenceModel):
    """Gives every text the same vector, with the dimension of the real model. ``texts`` lists what it has encoded."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Floats:
        self.texts += texts
        return np.full((len(texts), 384), 384**-0.5, np.float32)


def fake_model(session: FakeSession | None = None) -> SentenceModel:
    return SentenceModel(session or FakeSession(), FakeTokenizer())


def write_model(folder: Path) -> None:
    """Write ``model.onnx``, a graph that gathers ``STATES``, and ``tokenizer.json``."""
    node = _text(1, "states") + _text(1, "input_ids") + _text(2, "last_hidden_state") + _text(4, "Gather")
    shape = b"".join(_number(1, length) for length in STATES.shape)
    states = shape + _number(2, 1) + _text(8, "states") + _message(9, STATES.tobytes())  # 1 is float32, 7 below is int64
    graph = _message(1, node) + _text(2, "tiny") + _message(5, states)
    graph += b"".join(_message(11, _value(name, 7, 2)) for name in ("input_ids", "attention_mask", "token_type_ids"))
    graph += _message(12, _value("last_hidden_state", 1, 3))
    model = _number(1, 8) + _message(7, graph) + _message(8, _number(2, 13))  # format 8, operators of version 13
    (folder / "model.onnx").write_bytes(model)
    words = {"type": "WordLevel", "vocab": IDS, "unk_token": "[UNK]"}
    parts = {"normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"}, "model": words}
    (folder / "tokenizer.json").write_text(json.dumps({"version": "1.0", "added_tokens": [], **parts}))


def _value(name: str, kind: int, axes: int) -> bytes:
    """Describe an input or output whose axes have any length."""
    shape = b"".join(_message(1, _text(2, f"{name}_{axis}")) for axis in range(axes))
    return _text(1, name) + _message(2, _message(1, _number(1, kind) + _message(2, shape)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _message(field, value.encode())


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Return a number as protocol buffers write it: seven bits per byte, the lowest first."""
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _varint(value >> 7)
