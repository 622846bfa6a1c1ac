"""Read ``results.json``, which ``evaluate --out`` writes, and the loss curves of the training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devise_core.results.records import COMMAND, Cell, Classes, Reference, Results, Table
from devise_core.storage.artifact_reader import read_json, reading
from devise_core.storage.manifest import Manifest, remedy
from devise_core.storage.paths import ArtifactLayout


def read_results(path: Path) -> Results | None:
    """Read ``results.json``.

    Returns:
        The results, or None if there is no file.

    Raises:
        ArtifactError: The file is damaged, or does not have the fields of the results.
    """
    if not path.exists():
        return None
    advice = f"Measure again with `{COMMAND}`"
    content = read_json(path, advice)
    with reading(path, advice):
        return Results(
            str(content["made_by"]),
            str(content["model"]),
            tuple(_table(table) for table in content["tables"]),
            {str(name): _classes(figures) for name, figures in content["per_class"].items()},
            tuple(_reference(row) for row in content["references"]),
        )


def read_losses(layout: ArtifactLayout, manifest: Manifest) -> dict[str, list[float]]:
    """Read the loss curves of the training.

    Returns:
        Name → the mean loss after each epoch. The bundled model has a curve for each random seed. A model made by ``train`` has
        curves for each stage of its training. The result is empty if there are no curves.

    Raises:
        ArtifactError: The curves cannot be read.
    """
    with reading(layout.root, f"{remedy(layout.root)}, or train again"):
        training = manifest.about.get("training", {})
        if "loss" in training:
            return {f"random seed {name}": _numbers(losses) for name, losses in training["loss"].items()}
        if layout.history.name not in manifest.files:
            return {}
        stages = read_json(manifest.verified(layout.history))
        curves = {
            stage + suffix: _numbers(curve[key])
            for stage, curve in stages.items()
            for key, suffix in (("loss", ""), ("validation", ", validation"))
        }
    return {name: losses for name, losses in curves.items() if losses}


def _table(content: Mapping[str, Any]) -> Table:
    columns = tuple(str(name) for name in content["columns"])
    table = Table(
        str(content["title"]),
        str(content["note"]),
        columns,
        tuple(tuple(map(_cell, row)) for row in content["rows"]),
        str(content["protocol"]),
        int(content["queries"]),
    )
    for row in table.rows:
        if len(row) != len(columns):
            raise ValueError(f"a row of “{table.title}” has {len(row)} cells for {len(columns)} columns")
    return table


def _cell(content: Mapping[str, Any]) -> Cell:
    if "text" in content:
        return Cell(text=str(content["text"]))
    if type(content.get("value")) is int and "low" not in content and "high" not in content:
        return Cell(content["value"])
    value, low, high = (None if content.get(name) is None else float(content[name]) for name in ("value", "low", "high"))
    if value is None or (low is None) != (high is None):
        raise ValueError("a cell needs a text, or a value with both ends of its interval or none")
    return Cell(value, low, high)


def _classes(content: Mapping[str, Any]) -> Classes:
    metrics = tuple(str(name) for name in content["columns"])
    classes = {
        str(name): {str(method): tuple(_numbers(values)) for method, values in row.items() if method != "queries"}
        for name, row in content["classes"].items()
    }
    for name, row in classes.items():
        for method, values in row.items():
            if len(values) != len(metrics):
                raise ValueError(f"{method} has {len(values)} numbers of “{name}” for {len(metrics)} metrics")
    return Classes(metrics, classes, {str(name): int(row["queries"]) for name, row in content["classes"].items()})


def _reference(content: Mapping[str, Any]) -> Reference:
    figures = {str(name): float(value) for name, value in content["figures"].items()}
    return Reference(str(content["protocol"]), str(content["method"]), figures, str(content["source"]))


def _numbers(values: Sequence[Any]) -> list[float]:
    return [float(value) for value in values]
