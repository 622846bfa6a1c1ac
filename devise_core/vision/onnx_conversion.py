"""Write the model of a ``.keras`` file as an ONNX model: ``python -m devise_core.vision.onnx_conversion model.keras model.onnx``.

Keras and TensorFlow are not needed, because the contents of the ``.keras`` file are read directly: a description of the layers in
JSON, and the weights of the layers in HDF5.

Only the kinds of layers that the bundled models use can be translated. A model with any other layer is run with Keras.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from devise_core.vision.model_runtime import OUTPUTS
from devise_core.vision.onnx_operations import OPERATIONS

OPSET = 17
INPUT = "pixels"


class UnknownLayerError(Exception):
    """The model has a layer, or a layer has an option, that this module cannot translate."""


@dataclass
class _Graph:
    """The parts of the ONNX model that have been written so far."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)

    def add(self, operator: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def constant(self, name: str, values: Any) -> str:
        numbers = np.asarray(values)
        kept = numbers if numbers.dtype == np.int64 and numbers.ndim else numbers.astype(np.float32)
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(kept), name))
        return name


_Layer = dict[str, Any]
_Translation = Callable[[_Graph, str, _Layer, list[str], list[Any]], str]
"""A function that adds a layer to a graph and returns the name of the output of the layer.

Its arguments are the graph, that name, the options of the layer, the names of its inputs, and its weights.
"""


def convert(path: Path) -> bytes:
    """Translate a model.

    Args:
        path: The ``.keras`` file.

    Returns:
        The bytes of the ONNX model, which takes images as ``uint8 (n, size, size, 3)``.

    Raises:
        UnknownLayerError: A part of the model has no translation.
        Exception: The file is damaged. The error can be of any class.
    """
    import h5py

    with zipfile.ZipFile(path) as archive:
        model = json.loads(archive.read("config.json"))
        with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as weights:
            return _convert(model, weights["layers"])


def _convert(model: _Layer, weights: Any) -> bytes:
    if model["class_name"] != "Functional":
        raise UnknownLayerError(model["class_name"])
    config, graph, count = model["config"], _Graph(), Counter[str]()
    outputs: dict[str, str] = {}
    size = 0
    for layer in config["layers"]:
        kind, name, options = layer["class_name"], layer["name"], layer["config"]
        key = _snake_case(kind)
        group = f"{key}_{count[key]}" if count[key] else key
        count[key] += 1
        if kind == "InputLayer":
            size = int(options["batch_shape"][1])
            outputs[name] = _add_input(graph)
            continue
        if kind not in _TRANSLATIONS:
            raise UnknownLayerError(kind)
        inputs = [
            outputs[each] if isinstance(each, str) else graph.constant(f"{name}:{place}", each)
            for place, each in enumerate(_inputs(layer))
        ]
        stored = weights[group]["vars"] if group in weights else {}
        outputs[name] = _TRANSLATIONS[kind](
            graph, f"{name}:out", options, inputs, [stored[str(at)][()] for at in range(len(stored))]
        )
    for output in OUTPUTS:
        graph.add("Identity", [outputs[config["output_layers"][output][0]]], output)
    written: bytes = _model(graph, size).SerializeToString()
    return written


def _model(graph: _Graph, size: int) -> onnx.ModelProto:
    image = helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["n", size, size, 3])
    vectors = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", None]) for output in OUTPUTS]
    made = helper.make_graph(graph.nodes, "semblance", [image], vectors, graph.weights)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)


def _add_input(graph: _Graph) -> str:
    """Add the conversion of images to floats with the channels first, as ONNX operators expect."""
    return graph.add("Transpose", [graph.add("Cast", [INPUT], "float", to=TensorProto.FLOAT)], "channels_first", perm=[0, 3, 1, 2])


def _inputs(layer: _Layer) -> list[str | float]:
    """Return the inputs of a layer in order. Each is the name of another layer or a constant number."""
    [node] = layer["inbound_nodes"]
    arguments = node["args"][0] if len(node["args"]) == 1 and isinstance(node["args"][0], list) else node["args"]
    inputs: list[str | float] = []
    for argument in arguments:
        if isinstance(argument, int | float):
            inputs.append(float(argument))
            continue
        history = argument["config"]["keras_history"]
        if history[1:] != [0, 0]:
            raise UnknownLayerError(layer["name"])
        inputs.append(history[0])
    return inputs


def _snake_case(name: str) -> str:
    """Return the name as Keras spells it in the file of weights: "DepthwiseConv2D" → "depthwise_conv2d"."""
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def _need(options: _Layer, **wanted: Any) -> None:
    """Check that each option in ``wanted`` has its wanted value, the only one that can be translated.

    Raises:
        UnknownLayerError: An option has another value.
    """
    for name, value in wanted.items():
        if options.get(name, value) != value:
            raise UnknownLayerError(f"{name} = {options[name]}")


def _activation(graph: _Graph, output: str, options: _Layer, source: str) -> str:
    kinds = {"linear": "Identity", "relu": "Relu", "softmax": "Softmax"}
    if options["activation"] not in kinds:
        raise UnknownLayerError(str(options["activation"]))
    return graph.add(kinds[options["activation"]], [source], output)


def _rescaling(graph: _Graph, output: str, options: _Layer, inputs: list[str], _: list[Any]) -> str:
    scaled = graph.add("Mul", [*inputs, graph.constant(f"{output}:scale", options["scale"])], f"{output}:scaled")
    return graph.add("Add", [scaled, graph.constant(f"{output}:offset", options["offset"])], output)


def _convolution(graph: _Graph, output: str, options: _Layer, inputs: list[str], weights: list[Any]) -> str:
    kernel, groups = weights[0].transpose(3, 2, 0, 1), options["groups"]
    return _convolve(graph, output, options, inputs, kernel, weights[1:], groups)


def _depthwise(graph: _Graph, output: str, options: _Layer, inputs: list[str], weights: list[Any]) -> str:
    height, width, channels, multiplier = weights[0].shape
    kernel = weights[0].transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)
    return _convolve(graph, output, options, inputs, kernel, weights[1:], channels)


def _convolve(graph: _Graph, output: str, options: _Layer, inputs: list[str], kernel: Any, bias: Sequence[Any], groups: int) -> str:
    _need(options, data_format="channels_last")
    padding = {"same": "SAME_UPPER", "valid": "VALID"}[options["padding"]]
    added = [graph.constant(f"{output}:bias", values) for values in bias]
    result = graph.add(
        "Conv",
        [*inputs, graph.constant(f"{output}:kernel", kernel), *added],
        f"{output}:sum",
        strides=options["strides"],
        dilations=options["dilation_rate"],
        auto_pad=padding,
        group=groups,
    )
    return _activation(graph, output, options, result)


def _relu(graph: _Graph, output: str, options: _Layer, inputs: list[str], _: list[Any]) -> str:
    _need(options, negative_slope=0.0, threshold=0.0)
    bounds = [graph.constant(f"{output}:least", 0)]
    if options["max_value"] is not None:
        bounds.append(graph.constant(f"{output}:most", options["max_value"]))
    return graph.add("Clip", [*inputs, *bounds], output)


def _add(graph: _Graph, output: str, _: _Layer, inputs: list[str], __: list[Any]) -> str:
    return graph.add("Sum", inputs, output)


def _pooling(graph: _Graph, output: str, options: _Layer, inputs: list[str], _: list[Any]) -> str:
    _need(options, data_format="channels_last", keepdims=False)
    return graph.add("Flatten", [graph.add("GlobalAveragePool", inputs, f"{output}:mean")], output)


def _dense(graph: _Graph, output: str, options: _Layer, inputs: list[str], weights: list[Any]) -> str:
    result = graph.add("MatMul", [*inputs, graph.constant(f"{output}:kernel", weights[0])], f"{output}:product")
    for bias in weights[1:]:
        result = graph.add("Add", [result, graph.constant(f"{output}:bias", bias)], f"{output}:sum")
    return _activation(graph, output, options, result)


def _unit(graph: _Graph, output: str, options: _Layer, inputs: list[str], _: list[Any]) -> str:
    _need(options, axis=-1)
    return graph.add("LpNormalization", inputs, output, axis=-1, p=2)


_TRANSLATIONS: dict[str, _Translation] = {
    "Rescaling": _rescaling,
    "Conv2D": _convolution,
    "DepthwiseConv2D": _depthwise,
    "ReLU": _relu,
    "Add": _add,
    "GlobalAveragePooling2D": _pooling,
    "Dense": _dense,
    "UnitNormalization": _unit,
    **OPERATIONS,
}


def main(source: str, target: str) -> None:
    """Translate the model in the file ``source`` into the file ``target``."""
    Path(target).write_bytes(convert(Path(source)))


if __name__ == "__main__":
    main(*sys.argv[1:])
