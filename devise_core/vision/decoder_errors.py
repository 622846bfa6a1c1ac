"""The errors that Pillow's readers raise, and the messages for them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from devise_core.errors import ImageError
from devise_core.vision.other_kinds import PACKED, RAW, kind_of

_MAX_SIGNATURE = 1024
DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    TypeError,
    KeyError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
    AssertionError,
    AttributeError,
    RuntimeError,
)  # what Pillow's readers raise on invalid data
SAYS_TRUNCATED = ("truncated", "end of file", "unexpected end", "premature", "bytes not processed", "not enough data")


class DamagedError(ImageError):
    """The error of a damaged file, of which perhaps only the end is missing."""


def is_unknown(name: str, data: bytes, begins_like_image: bool) -> bool:
    """Return whether a file that no decoder recognises is of an unknown kind, rather than a damaged image.

    A raw photo begins like a TIFF file, but is not damaged.

    Args:
        name: The name of the file.
        data: The bytes of the file.
        begins_like_image: Whether the file begins like an image in a known format.
    """
    return not begins_like_image or kind_of(name, data[:_MAX_SIGNATURE]) == RAW


def unknown(name: str, data: bytes, formats: Sequence[str]) -> ImageError:
    """Return the error for a file that is empty, that is not an image, or whose kind cannot be read.

    Args:
        name: The name of the file.
        data: The bytes of the file.
        formats: The formats that can be read.
    """
    if not data:
        return ImageError(f"{name} is an empty file. Save or download it again.")
    if kind := kind_of(name, data[:_MAX_SIGNATURE]):
        remedy = "Unpack it first." if kind == PACKED else "Save it as JPEG or PNG."
        return ImageError(f"{name} is a {kind.removesuffix('s')}, and {kind} are not read. {remedy}")
    return ImageError(f"{name} is not an image in a known format. Use a {', '.join(formats[:-1])} or {formats[-1]} file.")


def too_many_pixels(name: str, pixels: int, most: int) -> ImageError:
    """Return the error for an image with more pixels than are allowed.

    Args:
        name: The name of the file.
        pixels: How many pixels the image has.
        most: How many pixels are allowed.
    """
    return ImageError(f"{name} has {pixels / 1e6:.0f} megapixels. At most {most / 1e6:.0f} are allowed. Save a smaller copy.")


def too_much_memory(name: str) -> ImageError:
    """Return the error for an image that needs too much memory."""
    return ImageError(f"{name} needs too much memory. Save a smaller copy.")


def truncated(name: str) -> DamagedError:
    """Return the error for a file that lacks its end."""
    return DamagedError(f"{name} is truncated. Save or download it again.")


def damaged(name: str) -> DamagedError:
    """Return the error for a damaged file."""
    return DamagedError(f"{name} is damaged. Save or download it again.")
