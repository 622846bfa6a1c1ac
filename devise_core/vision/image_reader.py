"""Any picture a person may have → one upright RGB image, or an ``ImageError`` that says what to do."""

from __future__ import annotations

import io
import re
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from devise_core.errors import ImageError

ImageInput = str | Path | bytes | Image.Image

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "BMP", "TIFF")
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".gif", ".bmp", ".tif", ".tiff")
MAX_BYTES = 50_000_000
MAX_PIXELS = 100_000_000
_BROKEN = (
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
)  # as Pillow's readers raise them on nonsense
_CUT = ("truncated", "end of file", "unexpected end", "premature", "bytes not processed", "not enough data")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What sets a picture upright, by its EXIF orientation."""


def read_image(source: ImageInput, *, at_least: int | None = None) -> Image.Image:
    """Read ``source`` (a path, encoded bytes, or a PIL image) as upright RGB on white.

    ``at_least`` allows the decoder to shrink a JPEG while it reads, to no less than that many pixels on the short side.
    The first frame of an animation is taken. Raises ``ImageError``: missing, too large, truncated, or no picture.
    """
    if isinstance(source, Image.Image):
        return _upright_rgb(source, "the picture")
    name, data = _bytes_of(source)
    if len(data) > MAX_BYTES:
        raise ImageError(f"{name} has {len(data) / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are allowed: save a smaller copy.")
    image = opened(data, name)
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"{name} has {width * height / 1e6:.0f} megapixels; at most {MAX_PIXELS / 1e6:.0f} are allowed: save a smaller copy."
        )
    if at_least:
        _draft(image, at_least)
    return _upright_rgb(loaded(image, name), name)


def _bytes_of(source: str | Path | bytes) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return "The picture", source
    path = Path(source)
    try:
        if path.stat().st_size > MAX_BYTES:  # a file too large is not read at all
            raise ImageError(
                f"{path.name} has {path.stat().st_size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB "
                "are allowed: save a smaller copy."
            )
        return path.name, path.read_bytes()
    except FileNotFoundError as error:
        raise ImageError(f"There is no file {path}: check the path.") from error
    except OSError as error:
        raise ImageError(f"{path} cannot be read ({error.strerror}): check that it is a picture you may open.") from error


def opened(data: bytes, name: str) -> Image.Image:
    """The picture by its content, header read, not decoded. Raises ``ImageError``, which tells apart what is wrong."""
    _register_heif()
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        found, most, *_ = (*map(int, re.findall(r"\d+", str(error))), 0, 0)
        raise ImageError(
            f"{name} has {found / 1e6:.0f} megapixels; at most {min(most, MAX_PIXELS) / 1e6:.0f} are allowed: save a smaller copy."
        ) from error
    except MemoryError as error:
        raise ImageError(f"{name} takes too much memory: save a smaller copy.") from error
    except _BROKEN as error:
        if _lacks_its_end(data):
            raise ImageError(f"{name} is cut short: save or download it again.") from error
        if isinstance(error, UnidentifiedImageError):
            raise ImageError(f"{name} is not a picture this can read: give a {_spoken_formats()} file.") from error
        raise ImageError(f"{name} is damaged: save or download it again.") from error


def loaded(image: Image.Image, name: str) -> Image.Image:
    """``image``, decoded. Raises ``ImageError``: cut short, damaged, or too large for the memory there is."""
    try:
        image.load()
    except MemoryError as error:
        raise ImageError(f"{name} takes too much memory: save a smaller copy.") from error
    except _BROKEN as error:
        short = isinstance(error, EOFError) or any(word in str(error).lower() for word in _CUT)
        raise ImageError(f"{name} is {'cut short' if short else 'damaged'}: save or download it again.") from error
    return image


def _lacks_its_end(data: bytes) -> bool:
    """Whether a RIFF container (WebP) says more bytes than there are: its decoder does not begin on such a one."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP" and int.from_bytes(data[4:8], "little") + 8 > len(data)


def _spoken_formats() -> str:
    return ", ".join(FORMATS[:-1]) + " or " + FORMATS[-1]


def _draft(image: Image.Image, at_least: int) -> None:
    """Let a JPEG decode at 1/2, 1/4 or 1/8 of its size: several times faster, and the rest is resampled anyway."""
    short = min(image.size)
    if image.format in ("JPEG", "MPO") and image.mode in ("RGB", "L", "YCbCr", "CMYK") and short > at_least:
        scale = at_least / short
        image.draft(image.mode, (int(image.width * scale), int(image.height * scale)))


def _upright_rgb(image: Image.Image, name: str) -> Image.Image:
    if image.width < 1 or image.height < 1:
        raise ImageError(f"{name} has no pixels: give another picture.")
    plain = on_white(image, name)  # first, since a TIFF is turned as it loads
    return upright(plain, orientation(image))


def upright(image: Image.Image, turned: int) -> Image.Image:
    """``image``, whose EXIF orientation is ``turned``, as it is to be seen."""
    turn = _TURNS.get(turned)
    return image if turn is None else image.transpose(turn)


def orientation(image: Image.Image) -> int:
    """1 to 8, as EXIF numbers them; 1 where there is none, or the metadata are damaged."""
    try:
        return int(image.getexif().get(0x0112, 1))
    except _BROKEN:
        return 1


def on_white(image: Image.Image, name: str) -> Image.Image:
    """RGB, what is transparent on white; EXIF, profiles and texts are dropped. Raises ``ImageError``."""
    try:
        if image.mode in ("I", "F") or image.mode.startswith("I;16"):
            image = _eight_bit(image)
        if image.has_transparency_data:
            layer = image.convert("RGBA")
            image = Image.new("RGBA", layer.size, "white")
            image.alpha_composite(layer)
        plain = image.convert("RGB")
    except MemoryError as error:
        raise ImageError(f"{name} takes too much memory: save a smaller copy.") from error
    except _BROKEN as error:
        raise ImageError(f"{name} has colours this cannot read ({image.mode}): save it as RGB.") from error
    plain.info = {}
    return plain


def _eight_bit(image: Image.Image) -> Image.Image:
    """16-bit and float greyscale → 8-bit: by the format's range where it has one, else by the picture's own."""
    values = np.nan_to_num(np.asarray(image, np.float64))
    low, span = (float(values.min()), float(np.ptp(values))) if image.mode == "F" else (0.0, 65535.0)
    return Image.fromarray(((values - low) / max(span, 1e-12) * 255).clip(0, 255).astype(np.uint8))


@cache
def _register_heif() -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()
