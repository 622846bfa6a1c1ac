"""A server like that of clip-retrieval: a text encoder of CLIP's size reads each query, and FAISS compares the images.

The encoder has the layers of the text encoder of CLIP ViT-B/32 (Radford et al. 2021, arXiv 2103.00020): 12 layers of width 512 with
8 heads, over 77 tokens. Its weights are random, because the time does not depend on them. ONNX Runtime runs it. clip-retrieval runs
PyTorch (https://github.com/rom1504/clip-retrieval). FAISS compares every image. Flask's server runs with a thread for each
request, as clip-retrieval starts it.
"""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from devise_core import load_engine
from devise_core.vectors import Floats

LAYERS, WIDTH, HEADS, TOKENS = 12, 512, 8, 77
VOCABULARY = 4096
"""CLIP has 49,408 tokens. Looking up a row takes the same time."""


class _EncoderGraph:
    """A graph in ONNX with random weights, built node by node."""

    def __init__(self, seed: int) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self._random = np.random.default_rng(seed)

    def constant(self, values: np.ndarray) -> str:
        """Return the name of a new constant."""
        from onnx import numpy_helper

        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def random(self, *shape: int) -> str:
        """Return the name of new random weights."""
        return self.constant(self._random.normal(0, 0.02, shape).astype(np.float32))

    def add(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> str:
        """Add a node, and return the name of its output. The names of several outputs end with their numbers."""
        from onnx import helper

        name = f"n{len(self.nodes)}"
        names = [name] if outputs == 1 else [f"{name}.{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return name

    def linear(self, source: str, size: int, to: int) -> str:
        """Multiply with weights ``(size, to)`` and add a bias."""
        return self.add("Add", self.add("MatMul", source, self.random(size, to)), self.random(to))

    def normalised(self, source: str) -> str:
        """Normalise a layer."""
        return self.add("LayerNormalization", source, self.random(WIDTH), self.random(WIDTH), axis=-1)


def _attention(graph: _EncoderGraph, source: str, mask: str) -> str:
    parts = graph.add("Split", graph.linear(source, WIDTH, 3 * WIDTH), outputs=3, axis=-1, num_outputs=3)
    shape = graph.constant(np.asarray([1, TOKENS, HEADS, WIDTH // HEADS]))
    queries, keys, values = (
        graph.add("Transpose", graph.add("Reshape", f"{parts}.{number}", shape), perm=order)
        for number, order in enumerate(([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]))
    )
    scale = graph.constant(np.float32((WIDTH // HEADS) ** -0.5).reshape(1))
    weights = graph.add("Softmax", graph.add("Add", graph.add("Mul", graph.add("MatMul", queries, keys), scale), mask), axis=-1)
    mixed = graph.add("Transpose", graph.add("MatMul", weights, values), perm=[0, 2, 1, 3])
    return graph.linear(graph.add("Reshape", mixed, graph.constant(np.asarray([1, TOKENS, WIDTH]))), WIDTH, WIDTH)


def text_encoder() -> Callable[[str], Floats]:
    """Return a function that reads a text, and returns a unit vector ``(WIDTH,)``."""
    import onnxruntime
    from onnx import TensorProto, helper

    graph = _EncoderGraph(seed=0)
    mask = graph.constant(np.triu(np.full((TOKENS, TOKENS), -1e9, dtype=np.float32), 1))
    state = graph.add("Add", graph.add("Gather", graph.random(VOCABULARY, WIDTH), "tokens"), graph.random(TOKENS, WIDTH))
    for _ in range(LAYERS):
        state = graph.add("Add", state, _attention(graph, graph.normalised(state), mask))
        hidden = graph.linear(graph.normalised(state), WIDTH, 4 * WIDTH)
        gate = graph.add("Sigmoid", graph.add("Mul", hidden, graph.constant(np.asarray([1.702], dtype=np.float32))))
        state = graph.add("Add", state, graph.linear(graph.add("Mul", hidden, gate), 4 * WIDTH, WIDTH))
    last = graph.add("Gather", graph.normalised(state), graph.constant(np.asarray(TOKENS - 1)), axis=1)
    output = graph.add("MatMul", last, graph.random(WIDTH, WIDTH))
    inputs = [helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, TOKENS])]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, WIDTH])]
    whole = helper.make_graph(graph.nodes, "text", inputs, outputs, graph.weights)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])

    def encode(text: str) -> Floats:
        tokens = np.zeros((1, TOKENS), dtype=np.int64)
        words = text.split()[:TOKENS]
        tokens[0, : len(words)] = [zlib.crc32(word.encode()) % VOCABULARY for word in words]
        vector = session.run(None, {"tokens": tokens})[0][0]
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

    return encode


def serve(port: int, count: int) -> None:
    """Answer ``/search?q=TEXT`` with ``count`` images of `photos`, until the process ends."""
    import faiss
    from werkzeug.serving import run_simple
    from werkzeug.wrappers import Request, Response

    items, encode = load_engine(collection="photos").collection.items, text_encoder()
    index = faiss.IndexFlatIP(WIDTH)
    index.add(np.random.default_rng(1).normal(0, 1, (len(items), WIDTH)).astype(np.float32))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    @Request.application
    def application(request: Request) -> Response:
        scores, rows = index.search(encode(request.args["q"])[None], count)
        hits = [
            {"id": items[row].id, "caption": items[row].caption, "labels": items[row].labels, "similarity": float(score)}
            for score, row in zip(scores[0], rows[0].tolist(), strict=True)
        ]
        return Response(json.dumps(hits), mimetype="application/json")

    run_simple("127.0.0.1", port, application, threaded=True)
