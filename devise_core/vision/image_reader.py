"""Read any common image as one upright RGB image, or raise an ``ImageError`` that says what to do."""

from __future__ import annotations

import io
import re
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from devise_core.errors import ImageError, extras_needed
from devise_core.settings import settings
from devise_core.vision.image_sources import ImageInput, from_array, name_and_bytes
from devise_core.vision.jpeg_marks import with_end_mark
from devise_core.vision.other_kinds import kind_of

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "BMP", "TIFF")
SUFFIXES = (
    *(".jpg", ".jpeg", ".jfif", ".jpe", ".mpo", ".png", ".webp", ".avif"),
    *(".heic", ".heif", ".hif", ".gif", ".bmp", ".tif", ".tiff"),
)
_MAX_SIGNATURE = 1024
MAX_HEADER = 64
"""Bytes that tell the format of a file."""
_DECODER_ERRORS = (
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
)  # what Pillow's readers raise on nonsense
_TRUNCATED = ("truncated", "end of file", "unexpected end", "premature", "bytes not processed", "not enough data")


def read_image(source: ImageInput, *, at_least: int | None = None, longest: int = 0) -> Image.Image:
    """Read an image as upright RGB on white.

    Of an animation the first frame is read. The settings ``image_bytes`` and ``image_pixels`` limit the file.

    Args:
        source: What ``ImageInput`` lists.
        at_least: Allows the decoder to shrink a JPEG while it reads, to no fewer pixels than this on the shorter side.
        longest: Also to no fewer than this on the longer side, as for a thumbnail.

    Returns:
        The image in the mode "RGB".

    Raises:
        ImageError: The file is missing, too large, truncated, damaged or not an image.
    """
    if isinstance(source, Image.Image):
        return _upright_rgb(source, "The image")
    if isinstance(source, np.ndarray):
        return _upright_rgb(from_array(source), "The array")
    name, data = name_and_bytes(source, settings().image_bytes)
    most = settings().image_pixels
    # Pillow's own limit is one for the whole process, so it is never lowered: other code opens images too.
    if Image.MAX_IMAGE_PIXELS is not None:
        Image.MAX_IMAGE_PIXELS = max(Image.MAX_IMAGE_PIXELS, most)
    image = open_image(data, name)
    width, height = image.size
    if width * height > most:
        raise _too_many_pixels(name, width * height, most)
    if at_least:
        _shrink_while_decoding(image, at_least, longest)
    return _upright_rgb(load_pixels(image, name), name)


def is_known_format(path: Path) -> bool:
    """Whether the content of a file begins like an image in a known format. Raises ``OSError``."""
    with path.open("rb") as file:
        return begins_like_image(file.read(MAX_HEADER))


def begins_like_image(header: bytes) -> bool:
    """Whether the first ``MAX_HEADER`` bytes of a file are those of an image in a known format."""
    starts = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"BM", b"II*\0", b"MM\0*")
    box = header[4:8] == b"ftyp" and header[8:12] in (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1", b"hevc")
    return header.startswith(starts) or box or (header[:4] == b"RIFF" and header[8:12] == b"WEBP")


def open_image(data: bytes, name: str) -> Image.Image:
    """Identify the format by the content and read the header. The pixels are not decoded yet.

    Args:
        data: The bytes of an image file.
        name: What to call the file in an error.

    Raises:
        ImageError: The file is truncated, damaged, too large or not an image.
    """
    _register_heif()
    try:
        return Image.open(io.BytesIO(with_end_mark(data)), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        pixels, most, *_ = (*map(int, re.findall(r"\d+", str(error))), 0, 0)
        raise _too_many_pixels(name, pixels, most) from error
    except MemoryError as error:
        raise _too_much_memory(name) from error
    except _DECODER_ERRORS as error:
        if _is_truncated_webp(data):
            raise _truncated(name) from error
        if isinstance(error, UnidentifiedImageError):
            raise _unknown(name, data) from error
        raise _damaged(name) from error


def load_pixels(image: Image.Image, name: str) -> Image.Image:
    """Decode the pixels of an image in place.

    Args:
        image: An image that Pillow has opened.
        name: What the error calls it.

    Returns:
        The same image.

    Raises:
        ImageError: The file is truncated or damaged, or there is not enough memory.
    """
    try:
        image.load()
    except MemoryError as error:
        raise _too_much_memory(name) from error
    except _DECODER_ERRORS as error:
        truncated = isinstance(error, EOFError) or any(word in str(error).lower() for word in _TRUNCATED)
        raise (_truncated if truncated else _damaged)(name) from error
    return image


def orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8, or 1 if there is none or the metadata are damaged.

    A TIFF is rotated as Pillow loads it and has the orientation 1 from then on.
    """
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except _DECODER_ERRORS:
        return 1


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Rotate or mirror an image so that it is upright.

    Args:
        image: The image.
        orientation: An EXIF orientation, from 1 to 8, which may be that of a larger image it was made from.
    """
    if orientation not in range(2, 9):
        return image
    image.getexif()[ExifTags.Base.Orientation] = orientation
    return ImageOps.exif_transpose(image)


def on_white(image: Image.Image, name: str) -> Image.Image:
    """Convert ``image`` to RGB, transparent parts on white. EXIF, colour profiles and texts are dropped.

    Raises:
        ImageError: The colour mode cannot be converted, or there is not enough memory.
    """
    try:
        if image.mode in ("I", "F") or image.mode.startswith("I;16"):
            image = _eight_bit(image)
        if image.has_transparency_data:
            layer = image.convert("RGBA")
            image = Image.new("RGBA", layer.size, "white")
            image.alpha_composite(layer)
        plain = image.convert("RGB")
    except MemoryError as error:
        raise _too_much_memory(name) from error
    except _DECODER_ERRORS as error:
        raise ImageError(f"{name} has colours that cannot be read ({image.mode}). Save it as RGB.") from error
    plain.info = {}
    return plain


def _shrink_while_decoding(image: Image.Image, at_least: int, longest: int) -> None:
    """Let a JPEG decode at 1/2, 1/4 or 1/8 of its size. That is several times faster, and the rest is resampled anyway."""
    scale = max(at_least / min(image.size), longest / max(image.size))
    if image.format in ("JPEG", "MPO") and image.mode in ("RGB", "L", "YCbCr", "CMYK") and scale < 1:
        image.draft(image.mode, (int(image.width * scale), int(image.height * scale)))


def _upright_rgb(image: Image.Image, name: str) -> Image.Image:
    if image.width < 1 or image.height < 1:
        raise ImageError(f"{name} has no pixels. Use another image.")
    plain = on_white(image, name)  # before the orientation is read, since a TIFF is rotated as it loads
    return upright(plain, orientation(image))


def _eight_bit(image: Image.Image) -> Image.Image:
    """Convert 16-bit or float greyscale to 8 bits, by the range of the format or, for floats, of the image."""
    values = np.nan_to_num(np.asarray(image, np.float64))
    low, span = (float(values.min()), float(np.ptp(values))) if image.mode == "F" else (0.0, 65535.0)
    return Image.fromarray(((values - low) / max(span, 1e-12) * 255).clip(0, 255).astype(np.uint8))


def _is_truncated_webp(data: bytes) -> bool:
    """Whether a WebP's header promises more bytes than there are. Pillow's decoder does not even open such a file."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP" and int.from_bytes(data[4:8], "little") + 8 > len(data)


def _unknown(name: str, data: bytes) -> ImageError:
    if not data:
        return ImageError(f"{name} is an empty file. Save or download it again.")
    if kind := kind_of(name, data[:_MAX_SIGNATURE]):
        return ImageError(f"{name} is a {kind.removesuffix('s')}, and {kind} are not read. Save it as JPEG or PNG.")
    return ImageError(f"{name} is not an image in a known format. Use a {', '.join(FORMATS[:-1])} or {FORMATS[-1]} file.")


def _too_many_pixels(name: str, pixels: int, most: int) -> ImageError:
    return ImageError(f"{name} has {pixels / 1e6:.0f} megapixels. At most {most / 1e6:.0f} are allowed. Save a smaller copy.")


def _too_much_memory(name: str) -> ImageError:
    return ImageError(f"{name} needs too much memory. Save a smaller copy.")


def _truncated(name: str) -> ImageError:
    return ImageError(f"{name} is truncated. Save or download it again.")


def _damaged(name: str) -> ImageError:
    return ImageError(f"{name} is damaged. Save or download it again.")


@cache
def _register_heif() -> None:
    with extras_needed():
        from pillow_heif import register_heif_opener

    register_heif_opener()
