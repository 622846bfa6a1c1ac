"""A model of two towers without a vocabulary, which the library and the pages must support."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from devise_core import Engine
from devise_core.collections.folder import FolderCollection
from devise_core.collections.indexing import index_folder
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from tests.fakes import ColourEncoder, HashTextEncoder

COLOURS = {"red": (230, 20, 20), "green": (20, 230, 20), "blue": (20, 20, 230)}


def paint_folder(folder: Path, count: int = 4) -> Path:
    """Paint ``count`` images of each colour, in a sub-folder for each."""
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            shade = tuple(max(0, value - 12 * number) for value in colour)
            image = Image.new("RGB", (16, 12), "white")
            image.paste(shade, (0, 0, 12, 12))
            image.save(folder / name / f"{number}.png")
    return folder


def two_tower_engine(folder: Path) -> Engine:
    """Make an engine over the painted images, in ``folder``. ``SEMBLANCE_COLLECTIONS`` must be set to a folder of the test."""
    encoder = ColourEncoder()
    indexed = index_folder(paint_folder(folder / "images"), "colours", encoder)
    layout = ArtifactLayout(folder / "model")
    layout.root.mkdir()
    collection = FolderCollection.open(indexed.folder, encoder.model_id)
    return Engine(layout, Manifest(layout.root), HashTextEncoder(), encoder, collection)
