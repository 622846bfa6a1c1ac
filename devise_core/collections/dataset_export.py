"""Write a collection as a data set with its images, in the layout that another program reads."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from io import BytesIO
from pathlib import Path, PurePosixPath

import numpy as np

from devise_core.collections.base import Collection
from devise_core.collections.export import image_bytes
from devise_core.datatypes import Item
from devise_core.errors import CollectionError
from devise_core.storage.atomic_write import atomic_folder

TILE, SMALLEST, SPRITE = 64, 16, 8_192
"""The largest and the smallest side of an image in the sprite, and the largest side of the sprite, in pixels.

A sprite is one image with small copies of all images, which the Embedding Projector shows.
"""


def export_data_set(collection: Collection, folder: Path, layout: str) -> None:
    """Write a collection to a new folder.

    Args:
        collection: The collection.
        folder: The folder to make. If it exists, it must be empty.
        layout: One of ``LAYOUTS``. ``docs/howto/export.md`` says which program reads which layout.

    Raises:
        CollectionError: The layout is unknown, or the folder has files already.
        ArtifactError: The file of an image is missing or damaged.
    """
    if layout not in LAYOUTS:
        raise CollectionError(f"A data set is written as {', '.join(LAYOUTS)}. Received: {layout}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CollectionError(f"{folder} has files already. Name a new folder.")
    with atomic_folder(folder) as staged:
        LAYOUTS[layout](collection, staged)


def _image_folder(collection: Collection, folder: Path) -> None:
    """Write ``images/`` and ``metadata.jsonl`` (https://huggingface.co/docs/datasets/image_dataset)."""
    with (folder / "metadata.jsonl").open("w", encoding="utf-8") as lines:
        for item, file in _write_images(collection, folder, "images"):
            facts = {"text": item.caption, "labels": list(item.labels), "category": item.category, "author": item.author}
            row = {"file_name": file, "id": item.id, **facts, "license": item.licence, "source": item.origin, "taken": item.taken}
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def _fiftyone(collection: Collection, folder: Path) -> None:
    """Write ``data/`` and ``labels.json``, a ``FiftyOneImageClassificationDataset`` with the first label of each image."""
    classes = sorted({item.labels[0] for item in collection.items if item.labels})
    number = {name: place for place, name in enumerate(classes)}
    labels = {
        PurePosixPath(file).stem: number[item.labels[0]] if item.labels else None
        for item, file in _write_images(collection, folder, "data")
    }
    _write_json(folder / "labels.json", {"classes": classes, "labels": labels})


def _projector(collection: Collection, folder: Path) -> None:
    """Write the vectors, the metadata and a sprite, with a configuration for TensorBoard and for projector.tensorflow.org."""
    vectors = np.asarray(collection.embeddings, dtype=np.float32)
    np.savetxt(folder / "tensors.tsv", vectors, fmt="%.6g", delimiter="\t")
    columns = ("id", "name", "labels", "category", "caption")
    rows = [columns, *((item.id, item.name, ", ".join(item.labels), item.category, item.caption) for item in collection.items)]
    (folder / "metadata.tsv").write_text("".join("\t".join(map(_cell, row)) + "\n" for row in rows), "utf-8")
    files = {"tensorPath": "tensors.tsv", "metadataPath": "metadata.tsv"}
    entry: dict[str, object] = {"tensorName": collection.name, "tensorShape": list(vectors.shape), **files}
    lines = [f"tensor_name: {json.dumps(collection.name)}", 'tensor_path: "tensors.tsv"', 'metadata_path: "metadata.tsv"']
    if side := _write_sprite(collection, folder / "sprite.png"):
        entry["sprite"] = {"imagePath": "sprite.png", "singleImageDim": [side, side]}
        lines.append(f'sprite {{ image_path: "sprite.png" single_image_dim: {side} single_image_dim: {side} }}')
    _write_json(folder / "config.json", {"embeddings": [entry]})
    (folder / "projector_config.pbtxt").write_text(f"embeddings {{ {' '.join(lines)} }}\n", "utf-8")


LAYOUTS: dict[str, Callable[[Collection, Path], None]] = {
    "imagefolder": _image_folder,
    "fiftyone": _fiftyone,
    "projector": _projector,
}
"""Name of a layout → the function that writes it."""


def _write_images(collection: Collection, folder: Path, name: str) -> list[tuple[Item, str]]:
    """Write the images to the sub-folder ``name``. Return each item with the path of its file, relative to ``folder``."""
    (folder / name).mkdir()
    written = []
    for row, item in enumerate(collection.items):
        file = f"{name}/{row:07}{PurePosixPath(item.file).suffix or '.webp'}"
        (folder / file).write_bytes(image_bytes(collection, row))
        written.append((item, file))
    return written


def _write_sprite(collection: Collection, path: Path) -> int:
    """Write all images into one sprite, in rows. Return the side of each image in pixels, or 0 if there are too many images."""
    from PIL import Image, ImageOps

    across = math.ceil(math.sqrt(len(collection)))
    side = min(TILE, SPRITE // max(across, 1))
    if side < SMALLEST:
        return 0
    sprite = Image.new("RGB", (across * side, across * side), "white")
    for row in range(len(collection)):
        with Image.open(BytesIO(image_bytes(collection, row))) as image:
            sprite.paste(ImageOps.fit(image.convert("RGB"), (side, side)), (row % across * side, row // across * side))
    sprite.save(path)
    return side


def _cell(text: str) -> str:
    """Return a text without the tabs and line breaks that separate cells and rows."""
    return " ".join(text.split())


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
