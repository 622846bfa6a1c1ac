"""A folder of JPEG files of the size that cameras make, from the bundled images."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageOps

from devise_core.storage.paths import BUNDLED_ARTIFACTS

PICTURES = sorted((BUNDLED_ARTIFACTS / "collections/photos/images").glob("*.webp"))
SIZE = (1600, 1200)


def write_camera_folder(folder: Path, count: int) -> Path:
    """Write ``count`` files that all differ. Return the folder."""
    folder.mkdir(parents=True)
    for number in range(count):
        with Image.open(PICTURES[number % len(PICTURES)]) as picture:
            large = ImageOps.fit(picture.convert("RGB"), SIZE, Image.Resampling.BICUBIC)
        large.putpixel((0, 0), (number % 256, number // 256, 0))
        large.save(folder / f"{number:05}.jpg", quality=90)
    return folder
