"""Read the orientation of a photo, and when it was taken, from its EXIF data."""

from __future__ import annotations

import re
from datetime import datetime

from PIL import ExifTags, Image, ImageOps

from devise_core.vision.decoder_errors import DECODER_ERRORS

_DATE = re.compile(
    r"(\d{4})(?:[:\-/.](\d\d?)(?:[:\-/.](\d\d?)(?:[ T](\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(?:Z|[+-]\d\d:?\d\d)?)?)?)?", re.ASCII
)
"""Matches a date as EXIF writes it, "2019:05:03 14:22:05", or as ISO 8601 does. Everything after the year may be missing."""
_UNKNOWN = " :\0"
"""EXIF has these characters in place of unknown parts of a date."""
_YEARS = range(1800, 2101)
"""The years that are accepted. Cameras whose clock was never set can write others."""


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

    Only the EXIF field ``DateTimeOriginal`` is read, because the other dates can be those of a scan, a change or a copy.

    Args:
        image: An image that Pillow has opened.

    Returns:
        The date in the format of ``iso_date``. Empty if the file has no valid date.
    """
    try:
        value = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal, "")
    except DECODER_ERRORS:
        return ""
    return iso_date(str(value))


def iso_date(text: str) -> str:
    """Convert a date to ISO 8601. A time zone is dropped.

    Args:
        text: A date that begins with the year, such as "2019:05:03 14:22:05". Everything after the year may be missing.

    Returns:
        The date, such as "2019", "2019-05", "2019-05-03" or "2019-05-03T14:22:05". Empty if the text is not a valid date.

    Example:
        >>> from devise_core.vision.exif import iso_date
        >>> iso_date("2019:05:03 14:22:05"), iso_date("2019-5"), iso_date("2019:02:30"), iso_date("May 2019")
        ('2019-05-03T14:22:05', '2019-05', '', '')
    """
    match = _DATE.fullmatch(text.strip(_UNKNOWN))
    if not match or int(match[1]) not in _YEARS:
        return ""
    parts = [f"{int(part):02}" for part in match.groups() if part]
    day, time = "-".join(parts[:3]), "".join(f"T{part}" if place == 0 else f":{part}" for place, part in enumerate(parts[3:]))
    try:
        datetime.fromisoformat(f"{day}-01-01"[: len("2019-05-03")] + time)
    except ValueError:  # such as 30 February
        return ""
    return day + time
