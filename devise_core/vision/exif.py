"""Read from the EXIF data of an image file how the photo is rotated, and when it was taken."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime

from PIL import ExifTags, Image, ImageOps

from devise_core.vision.decoder_errors import DECODER_ERRORS

_DATE = re.compile(
    r"(\d{4})(?:[:\-/.](\d\d?)(?:[:\-/.](\d\d?)(?:[ T](\d\d?:\d\d(?::\d\d)?)(?:[ .+\-Z].*)?)?)?)?", re.ASCII | re.DOTALL
)
"""Matches a date as EXIF writes it, "2019:05:03 14:22:05", and as people and programs write it. The end may be missing."""
_UNKNOWN = " :\0"
"""The characters for unknown digits at the end of a date in EXIF."""
_YEARS = range(1800, 2101)
"""The years that a photo may be of. Others come from clocks that were never set."""


def orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8, or 1 if there is none or the metadata are damaged.

    Pillow rotates a TIFF while it loads the pixels. From then on, this function returns 1 for the image.
    """
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except DECODER_ERRORS:
        return 1


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Rotate or mirror an image so that it is upright.

    Args:
        image: The image.
        orientation: The EXIF orientation, from 1 to 8, of ``image`` or of a larger image that ``image`` was made from.
    """
    if orientation not in range(2, 9):
        return image
    image.getexif()[ExifTags.Base.Orientation] = orientation
    return ImageOps.exif_transpose(image)


def date_taken(image: Image.Image) -> str:
    """Return when a photo was taken, by the clock of its camera.

    Only the EXIF field ``DateTimeOriginal`` says this. The other dates in a file say when it was scanned, edited or copied.

    Args:
        image: An image that Pillow has opened.

    Returns:
        The date and time, as ``iso_date`` returns them.
    """
    try:
        value = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal, "")
    except DECODER_ERRORS:
        return ""
    return iso_date(str(value))


def iso_date(text: str) -> str:
    """Return a date as ISO 8601 writes it, without a time zone.

    Args:
        text: A year, a month, a day or a time, the year first, such as "2019:05:03 14:22:05".

    Returns:
        The date, such as "2019", "2019-05", "2019-05-03" or "2019-05-03T14:22:05". Empty if there is no such date.
    """
    match = _DATE.fullmatch(text.strip(_UNKNOWN))
    if not match or int(match[1]) not in _YEARS:
        return ""
    date = "-".join(f"{int(part):02}" for part in match.groups()[:3] if part)
    time = f"T{match[4].zfill(len('14:22:05') if match[4].count(':') > 1 else len('14:22'))}" if match[4] else ""
    with suppress(ValueError):  # such as 30 February
        return date + time if datetime.fromisoformat((date + "-01-01")[: len("2019-05-03")] + time) else ""
    return ""
