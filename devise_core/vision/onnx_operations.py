"""Translate Keras operations, such as a sum or a square root, into ONNX nodes.

A trained head may use these operations. The head is the part of a model that computes the embedding from the features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

SAME_INPUTS = {
    "ConvertToTensor": "Identity",
    "GreaterEqual": "GreaterOrEqual",
    "Maximum": "Max",
    "Minimum": "Min",
    "Relu": "Relu",
    "Sqrt": "Sqrt",
    "TrueDivide": "Div",
    "Where": "Where",
}
"""Keras operation → ONNX operator that takes the same inputs."""


class Graph(Protocol):
    """The graph that a translated operation is added to."""

    def add(self, operator: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Add a node.

        Args:
            operator: An operator of ONNX.
            inputs: The names of the values that the node reads.
            output: The name of the value that the node writes.
            attributes: The options of the operator.

        Returns:
            ``output``.
        """

    def constant(self, name: str, values: Any) -> str:
        """Add a constant, and return its name.

        Args:
            name: The name of the constant.
            values: An array of numbers.
        """


Translation = Callable[[Graph, str, dict[str, Any], list[str], list[Any]], str]
"""A function that adds a layer to a graph and returns the name of the output of the layer.

Its arguments are the graph, that name, the options of the layer, the names of its inputs, and its weights.
"""


def _same(operator: str) -> Translation:
    def translate(graph: Graph, output: str, _: dict[str, Any], inputs: list[str], __: list[Any]) -> str:
        return graph.add(operator, inputs, output)

    return translate


def _sum(graph: Graph, output: str, options: dict[str, Any], inputs: list[str], _: list[Any]) -> str:
    axes = graph.constant(f"{output}:axes", np.asarray(_axes(options), dtype=np.int64))
    return graph.add("ReduceSum", [*inputs, axes], output, keepdims=int(options["keepdims"]))


def _largest(graph: Graph, output: str, options: dict[str, Any], inputs: list[str], _: list[Any]) -> str:
    return graph.add("ReduceMax", inputs, output, axes=_axes(options), keepdims=int(options["keepdims"]))


def _axes(options: dict[str, Any]) -> list[int]:
    axis = options["axis"]
    return [axis] if isinstance(axis, int) else list(axis)


OPERATIONS: dict[str, Translation] = {name: _same(operator) for name, operator in SAME_INPUTS.items()}
OPERATIONS |= {"Sum": _sum, "Max": _largest}
"""Name of a Keras operation, as in a ``.keras`` file → its translation."""
