"""Translate Keras operations that a trained head may use into ONNX nodes, such as the square root of each feature's share."""

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
    """What an operation is added to."""

    def add(self, operator: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Add a node.

        Args:
            operator: An operator of ONNX.
            inputs: The names of what it reads.
            output: The name of what it writes.
            attributes: The options of the operator.

        Returns:
            The name of its output.
        """

    def constant(self, name: str, values: Any) -> str:
        """Add numbers, and return their name.

        Args:
            name: The name to give them.
            values: An array of numbers.
        """


Translation = Callable[[Graph, str, dict[str, Any], list[str], list[Any]], str]
"""Adds a layer to a graph. Takes the name of its output, its options, the names of its inputs and its weights."""


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
"""Name of an operation in the file of a model → its translation."""
