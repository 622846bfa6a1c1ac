"""Thumbnails of the bundled collections."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from devise_core.vision.exif import orientation, upright
from devise_core.vision.image_reader import load_pixels, open_image, read_image

MODEL_SIDE = 256
"""The longer side, in pixels, of the copies that vectors are computed from. The copies are not kept in the collection."""
FOR_MODEL = "for-model"
"""The name of the folder with the copies for the model, beside the folder ``images``."""


def save_copies(source: Path | bytes, out: Path, file: str, longest: int, transparent: bool = False) -> None:
    """Write the thumbnail of an image, and a copy on white for the model.

    Args:
        source: The file or the bytes of the image.
        out: The folder of the collection.
        file: The path of the thumbnail, relative to ``out``. The thumbnail is written as WebP, turned upright.
        longest: The most pixels that the longer side of the thumbnail may have.
        transparent: Whether transparent parts stay transparent in the thumbnail. Otherwise they become white.

    Raises:
        ImageError: The image cannot be read.
    """
    image = read_image(source)
    small = _with_alpha(source) if transparent else image.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    small.save(out / file, "WEBP", quality=62 if longest > MODEL_SIDE else 85, method=4)
    image.thumbnail((MODEL_SIDE, MODEL_SIDE), Image.Resampling.LANCZOS)
    path = copy_for_model(out, file)
    path.parent.mkdir(exist_ok=True)
    image.save(path, "WEBP", quality=85, method=6)


def copy_for_model(out: Path, file: str) -> Path:
    """Return the path to which ``save_copies`` writes the copy for the model."""
    return out / FOR_MODEL / Path(file).name


def _with_alpha(source: Path | bytes) -> Image.Image:
    data = source if isinstance(source, bytes) else source.read_bytes()
    image = load_pixels(open_image(data, "The image"), "The image")
    return upright(image.convert("RGBA"), orientation(image))
