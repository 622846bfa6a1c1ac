"""Write a finished run to an artifact folder: the model, its labels, and the record of its training."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

import numpy as np

from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.csv_writer import CsvWriter
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.storage.valid_text import valid_text
from devise_core.train.run import Run, Trained
from devise_core.train.trainer import Curve

HISTORY, CURVES, RECORD = "history.json", "curves.csv", "training.json"
LICENCE = "of the backbone's weights, the word vectors and your images"


@dataclass(frozen=True)
class Origin:
    """What the manifest records about a run.

    Attributes:
        command: The command that repeats the run.
        recipe: The name of the recipe.
        data: The name of the data set.
        weights: The name of the backbone's weights.
    """

    command: str
    recipe: str
    data: str
    weights: str


def write_trained(layout: ArtifactLayout, manifest: Manifest, run: Run, trained: Trained, origin: Origin) -> None:
    """Write the files of a trained model and their entries in the manifest.

    The files of the text encoder are not written. The labels are written only if the head has custom labels.

    Args:
        layout: The artifact folder.
        manifest: Receives the entries.
        run: The settings and data of the run.
        trained: The result of the run.
        origin: What the manifest records about the run.
    """
    trained.model.save(layout.model)
    make_canonical(layout.model)
    written = [layout.model]
    if run.start is None:
        written += _write_labels(layout, trained)
    if trained.classifier is not None:
        with atomic_file(layout.classifier) as path:
            np.save(path, np.vstack(trained.classifier))
        written.append(layout.classifier)
    record = _record(run, trained, origin)
    curves = {stage: curve.as_dict() for stage, curve in trained.curves.items()}
    for name, content in ((HISTORY, curves), (RECORD, record)):
        (layout.root / name).write_text(valid_text(json.dumps(content, indent=1, ensure_ascii=False)) + "\n", "utf-8")
    _write_curves(layout.root / CURVES, trained.curves)
    source = f"{run.backbone.name} ({origin.weights}), trained on {len(trained.corpus.images)} images of {origin.data}"
    for path in (*written, *(layout.root / name for name in (HISTORY, CURVES, RECORD))):
        manifest.add(path, origin.command, source, LICENCE)
    manifest.about["training"] = {name: record[name] for name in ("recipe", "data", "settings", "pictures", "classes")}


def reads_roots(manifest: Manifest) -> bool:
    """Return whether the classifier and the ConSE head (``train/head.py``) of a model read ``rooted`` features.

    ``write_trained`` records this in the manifest.
    """
    return bool(manifest.about.get("training", {}).get("settings", {}).get("features") == "root")


def make_canonical(archive: Path) -> None:
    """Rewrite a ``.keras`` archive so that the same model always has the same bytes.

    Keras writes the time of saving, the addresses of shared objects, and the number of operations since the process started.
    The time becomes a fixed one. The addresses and the numbers of operations become numbers counted from 0.
    """
    with zipfile.ZipFile(archive) as source:
        files = {name: source.read(name) for name in sorted(source.namelist())}
    facts = json.loads(files["metadata.json"])
    files["metadata.json"] = json.dumps({**facts, "date_saved": "1980-01-01@00:00:00"}).encode()
    numbers: dict[str, int] = {}
    config = re.sub(
        r'(?<="shared_object_id": )\d+',
        lambda match: str(numbers.setdefault(match[0], len(numbers))),
        files["config.json"].decode(),
    )
    parts = json.loads(config)["config"].get("layers", [])
    for number, name in enumerate(part["config"]["name"] for part in parts if ".ops." in (part["module"] or "")):
        for before in ('"name": "', '"keras_history": ["'):  # in other fields, "relu" names an activation
            config = config.replace(f'{before}{name}"', f'{before}operation_{number}"')
    files["config.json"] = config.encode()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
        for name, content in files.items():
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)


def _write_labels(layout: ArtifactLayout, trained: Trained) -> list[Path]:
    """Replace the label files. A label file may be a link to a file of another model, and that file must not change."""
    with atomic_file(layout.labels) as staged, staged.open("w", encoding="utf-8", newline="") as file:
        writer = CsvWriter(file)
        writer.writerow(["id", "names", "hypernyms"])
        writer.writerows([name.replace(" ", "_"), name, ""] for name in trained.corpus.names)
    with atomic_file(layout.label_vectors) as staged:
        np.save(staged, trained.corpus.vectors)
    return [layout.labels, layout.label_vectors]


def _write_curves(path: Path, curves: Mapping[str, Curve]) -> None:
    """Write one row per epoch. Fields of values that were not measured are empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = CsvWriter(file)
        writer.writerow(["stage", "epoch", "loss", "validation_loss", "validation_accuracy"])
        for stage, curve in curves.items():
            validated: Sequence[tuple[Any, Any]] = list(zip(curve.validation, curve.accuracy, strict=True))
            for epoch, loss in enumerate(curve.as_dict()["loss"]):
                writer.writerow([stage, epoch + 1, loss, *(validated[epoch] if validated else ("", ""))])


def _record(run: Run, trained: Trained, origin: Origin) -> dict[str, Any]:
    corpus = trained.corpus
    return {
        **asdict(origin),
        "settings": asdict(run.recipe),
        "pictures": len(corpus.images),
        "classes": len(corpus.names),
        "names": list(corpus.names),
        "validation": int(trained.validation.sum()),
        "accuracy": trained.accuracy.as_dict() if trained.accuracy else None,
        "skipped": len(trained.skipped),
        "backbone": {
            "name": run.backbone.name,
            "weights": origin.weights,
            "identity": run.backbone.identity,
            "size": run.backbone.size,
            "features": run.backbone.width,
        },
        "words": {"count": len(run.text.words), "dimension": run.text.words.dimension},
        "seconds": {stage: round(seconds, 1) for stage, seconds in trained.seconds.items()},
        "versions": {"python": python_version(), **{name: _version(name) for name in ("keras", "tensorflow", "numpy", "pillow")}},
    }


def _version(package: str) -> str:
    for name in (package, f"{package}-cpu"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "unknown"
