"""Photos whose EXIF data say when they were taken."""

from __future__ import annotations

from pathlib import Path

import pillow_heif
from PIL import ExifTags, Image

WRITTEN, TAKEN = "2019:05:03 14:22:05", "2019-05-03T14:22:05"

pillow_heif.register_heif_opener()


def photo(path: Path, written: str, field: int = ExifTags.Base.DateTimeOriginal, colour: str = "teal") -> Path:
    """Save a photo whose EXIF data have a date."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "A camera"  # otherwise Pillow takes the data for empty
    exif.get_ifd(ExifTags.IFD.Exif)[field] = written
    exif[ExifTags.IFD.Exif] = exif.get_ifd(ExifTags.IFD.Exif)
    Image.new("RGB", (20, 10), colour).save(path, exif=exif)
    return path
