"""A small model and images of three colours to train it on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from devise_core.bundle import training_run
from devise_core.bundle.nouns import NounRow, write_nouns
from devise_core.bundle.training_run import TrainingJob, train_model
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.train.recipe import recipe_of
from devise_core.train.trainer import Progress
from devise_core.vectors import quantise, unit
from tests.fakes import tiny_backbone

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "deep_blue": (0, 0, 255)}
WORDS = ("the", "red", "green", "deep", "blue", "scarlet", "violin")
VECTORS = np.array(
    [[1, 1, 1, 1], [2, 0, 0, 1], [0, 2, 0, 1], [0, 0, 1, 3], [0, 0, 4, 1], [1.8, 0.2, 0, 1], [-1, -1, -1, 1]], np.float32
)


def write_model(folder: Path) -> None:
    """Write the text files of a model. Three colours are nouns, and the fourth axis is a shared direction to remove."""
    layout = ArtifactLayout(folder)
    layout.root.mkdir()
    manifest = Manifest(layout.root)
    vectors, scales = quantise(VECTORS)
    layout.words.write_text("\n".join(WORDS) + "\n")
    np.save(layout.word_vectors, vectors)
    np.save(layout.word_scales, scales)
    np.save(layout.directions, np.array([[0, 0, 0, 1]], np.float32))
    np.save(layout.label_vectors, np.eye(2, 4, dtype=np.float32))
    layout.labels.write_text("id,names,hypernyms\nn1,red,\nn2,green,\n")
    kinds = [
        NounRow("red", 1, 1, unit([1, 0.1, 0, 0])),
        NounRow("green", 2, 2, unit([0.1, 1, 0, 0])),
        NounRow("deep blue", 4, 3, unit([0, 0, 1, 0])),
        NounRow("xyzzy", None, 4, unit([0, 1, 1, 0])),
    ]
    write_nouns(layout, manifest, kinds, {"red", "green"}, np.load(layout.directions), {"red": ["reds"]})
    for path in (layout.words, layout.word_vectors, layout.word_scales, layout.directions, layout.label_vectors, layout.labels):
        manifest.add(path, "by hand", "by hand")
    manifest.write()


def write_images(folder: Path) -> None:
    """Write twelve images of each colour in a folder of its name."""
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for number in range(12):
            red, green, blue = (abs(part - 7 * number) for part in colour)
            path = folder / name / f"{number}.{'png' if number else 'webp'}"
            Image.new("RGB", (12, 8), (red, green, blue)).save(path, lossless=True)


def training_job(folder: Path, monkeypatch: pytest.MonkeyPatch) -> TrainingJob:
    """Write a model and images below ``folder``, and return the job that trains a tiny backbone on them in two stages."""
    monkeypatch.setattr(training_run, "load_backbone", tiny_backbone)
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(folder / "collections"))
    write_model(folder / "bundled")
    write_images(folder / "colours")
    recipe = recipe_of("paper", epochs=3, batch=6, finetune_epochs=2, optimizer="adam", rate=0.05, finetune_rate=1e-3)
    return TrainingJob(folder / "colours", folder / "model", recipe, folder / "bundled", folder / "cache")


def quiet(stage: str, epochs: int) -> Progress:
    return lambda done, curve: None


def train(order: TrainingJob, watch: Callable[[str, int], Progress] = quiet) -> Any:
    return train_model(order, lambda text: None, watch)
