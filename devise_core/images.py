"""Any picture a person may have → one upright RGB image, or an ``ImageError`` that says what to do."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from devise_core.errors import ImageError

ImageInput = str | Path | bytes | Image.Image

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "BMP", "TIFF")
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".gif", ".bmp", ".tif", ".tiff")
MAX_BYTES = 50_000_000
MAX_PIXELS = 100_000_000
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, OverflowError, MemoryError,
           struct.error, zlib.error)


def read_image(source: ImageInput, *, at_least: int | None = None) -> Image.Image:
    """Read ``source`` (a path, encoded bytes, or a PIL image) as upright RGB on white.

    ``at_least`` allows the decoder to shrink a JPEG while it reads, to no less than that many pixels on the short side.
    The first frame of an animation is taken. Raises ``ImageError``: missing, too large, truncated, or no picture.
    """
    if isinstance(source, Image.Image):
        return _upright_rgb(source, "the picture")
    name, data = _bytes_of(source)
    if len(data) > MAX_BYTES:
        raise ImageError(f"{name} has {len(data) / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are allowed: "
                         "save a smaller copy.")
    image = _open(data, name)
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ImageError(f"{name} has {width * height / 1e6:.0f} megapixels; at most {MAX_PIXELS / 1e6:.0f} are "
                         "allowed: save a smaller copy.")
    if at_least:
        _draft(image, at_least)
    try:
        image.load()
    except _BROKEN as error:
        raise ImageError(f"{name} is cut short or damaged: save or download it again.") from error
    return _upright_rgb(image, name)


def _bytes_of(source: str | Path | bytes) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return "The picture", source
    path = Path(source)
    try:
        if path.stat().st_size > MAX_BYTES:  # a file too large is not read at all
            raise ImageError(f"{path.name} has {path.stat().st_size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB "
                             "are allowed: save a smaller copy.")
        return path.name, path.read_bytes()
    except FileNotFoundError as error:
        raise ImageError(f"There is no file {path}: check the path.") from error
    except OSError as error:
        raise ImageError(f"{path} cannot be read ({error.strerror}): check that it is a picture you may open.") from error


def _open(data: bytes, name: str) -> Image.Image:
    _register_heif()
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise ImageError(f"{name} is not a picture this can read: give a {_spoken_formats()} file.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(f"{name} has more than the {MAX_PIXELS / 1e6:.0f} megapixels allowed: "
                         "save a smaller copy.") from error
    except _BROKEN as error:
        raise ImageError(f"{name} is damaged: save or download it again.") from error


def _spoken_formats() -> str:
    return ", ".join(FORMATS[:-1]) + " or " + FORMATS[-1]


def _draft(image: Image.Image, at_least: int) -> None:
    """Let a JPEG decode at 1/2, 1/4 or 1/8 of its size: several times faster, and the rest is resampled anyway."""
    short = min(image.size)
    if image.format in ("JPEG", "MPO") and image.mode in ("RGB", "L", "YCbCr") and short > at_least:
        scale = at_least / short
        image.draft("RGB", (int(image.width * scale), int(image.height * scale)))


def _upright_rgb(image: Image.Image, name: str) -> Image.Image:
    try:
        if image.width < 1 or image.height < 1:
            raise ImageError(f"{name} has no pixels: give another picture.")
        image = ImageOps.exif_transpose(image)
        if image.mode in ("I", "F") or image.mode.startswith("I;16"):
            image = _eight_bit(image)
        if image.has_transparency_data:
            layer = image.convert("RGBA")
            image = Image.new("RGBA", layer.size, "white")
            image.alpha_composite(layer)
        return image.convert("RGB")
    except _BROKEN as error:
        raise ImageError(f"{name} has colours this cannot read ({image.mode}): save it as RGB.") from error


def _eight_bit(image: Image.Image) -> Image.Image:
    """16-bit and float greyscale → 8-bit: by the format's range where it has one, else by the picture's own."""
    values = np.nan_to_num(np.asarray(image, np.float64))
    low, span = (float(values.min()), float(np.ptp(values))) if image.mode == "F" else (0.0, 65535.0)
    return Image.fromarray(((values - low) / max(span, 1e-12) * 255).clip(0, 255).astype(np.uint8))


@cache
def _register_heif() -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()
