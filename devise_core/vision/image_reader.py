"""Read any common image as one upright RGB image, or raise an ``ImageError`` that says what to do."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import numpy as np
from PIL import Image, UnidentifiedImageError

from devise_core.errors import ImageError, extras_needed
from devise_core.settings import settings
from devise_core.vision.decoder_errors import (
    DECODER_ERRORS,
    SAYS_TRUNCATED,
    DamagedError,
    damaged,
    is_unknown,
    too_many_pixels,
    too_much_memory,
    truncated,
    unknown,
)
from devise_core.vision.exif import date_taken, orientation, upright
from devise_core.vision.file_ends import completed, note_on_end
from devise_core.vision.image_formats import FORMATS, MAX_HEADER, begins_like_image
from devise_core.vision.image_sources import ImageInput, from_array, from_pil, name_and_bytes
from devise_core.vision.png_chunks import lacks_end

NOTE, TAKEN = "note", "taken"
"""The keys in ``PIL.Image.Image.info`` of what ``note_on`` and ``taken_on`` return."""


def read_image(source: ImageInput, *, at_least: int | None = None, longest: int = 0) -> Image.Image:
    """Read an image as upright RGB on white.

    Only the first frame of an animation is read. The settings ``image_bytes`` and ``image_pixels`` limit the size of a file and the
    number of its pixels.

    Args:
        source: The image, in any form that ``ImageInput`` lists.
        at_least: If given, a JPEG may be decoded at a smaller size. Its shorter side keeps at least this many pixels.
        longest: If ``at_least`` is given, the longer side of a JPEG also keeps at least this many pixels, for a thumbnail.

    Returns:
        The image in the mode "RGB".

    Raises:
        ImageError: The file is missing, too large, truncated, damaged or not an image.
    """
    if isinstance(source, Image.Image):
        return _upright_rgb(from_pil(source), "The image")
    if isinstance(source, np.ndarray):
        return _upright_rgb(from_array(source), "The array")
    name, data = name_and_bytes(source, settings().image_bytes)
    most = settings().image_pixels
    # Pillow's own limit applies to the whole process, so it is never lowered: other code opens images too.
    if Image.MAX_IMAGE_PIXELS is not None:
        Image.MAX_IMAGE_PIXELS = max(Image.MAX_IMAGE_PIXELS, most)

    def prepare(image: Image.Image) -> None:
        width, height = image.size
        if width * height > most:
            raise too_many_pixels(name, width * height, most)
        if at_least:
            _shrink_while_decoding(image, at_least, longest)

    image = load_image(data, name, prepare)
    plain = _upright_rgb(image, name)
    known = {NOTE: note_on(image), TAKEN: date_taken(image)}
    plain.info = {name: text for name, text in known.items() if text}
    return plain


def note_on(image: Image.Image) -> str:
    """Return what was wrong with the file of an image that could still be read, as a sentence, or "" if nothing was."""
    return str(image.info.get(NOTE, ""))


def taken_on(image: Image.Image) -> str:
    """Return when an image that ``read_image`` has read from a file was taken, as ``date_taken`` does."""
    return str(image.info.get(TAKEN, ""))


def read_date_taken(source: ImageInput) -> str:
    """Return when an image was taken, as ``date_taken`` does, without decoding its pixels. Empty if it cannot be read."""
    with suppress(ImageError):
        name, data = name_and_bytes(source, settings().image_bytes)
        return date_taken(open_image(data, name))
    return ""


def load_image(data: bytes, name: str, prepare: Callable[[Image.Image], None]) -> Image.Image:
    """Decode an image file, even if it lacks only its end.

    Common viewers show such a file too. ``note_on`` then says what is wrong with the file.

    Args:
        data: The bytes of the file.
        name: What to call the file in an error.
        prepare: Called with the image before its pixels are decoded. It may raise ``ImageError``.

    Returns:
        The image, not yet upright and in the mode of its file.

    Raises:
        ImageError: The file is truncated, damaged, too large or not an image.
    """

    def decode(data: bytes) -> Image.Image:
        image = open_image(data, name)
        prepare(image)
        return load_pixels(image, name)

    try:
        image, note = decode(data), note_on_end(0.0) if lacks_end(data) else ""
    except DamagedError as error:
        try:
            whole = completed(data, decode)
        except MemoryError as late:
            raise too_much_memory(name) from late
        if whole is None:
            raise ImageError(str(error)) from error
        image, note = decode(whole.data), whole.note
    if note:
        image.info[NOTE] = f"{name} {note}"
    return image


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
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        pixels, most, *_ = (*map(int, re.findall(r"\d+", str(error))), 0, 0)
        raise too_many_pixels(name, pixels, most) from error
    except MemoryError as error:
        raise too_much_memory(name) from error
    except DECODER_ERRORS as error:
        if _is_truncated_webp(data):
            raise truncated(name) from error
        if isinstance(error, UnidentifiedImageError) and is_unknown(name, data, begins_like_image(data[:MAX_HEADER])):
            raise unknown(name, data, FORMATS) from error
        raise damaged(name) from error


def load_pixels(image: Image.Image, name: str) -> Image.Image:
    """Decode the pixels of an image in place.

    Args:
        image: An image that Pillow has opened.
        name: What to call the file in an error.

    Returns:
        The same image.

    Raises:
        ImageError: The file is truncated or damaged, or there is not enough memory.
    """
    try:
        image.load()
    except MemoryError as error:
        raise too_much_memory(name) from error
    except DECODER_ERRORS as error:
        cut = isinstance(error, EOFError) or any(word in str(error).lower() for word in SAYS_TRUNCATED)
        raise (truncated if cut else damaged)(name) from error
    return image


def on_white(image: Image.Image, name: str) -> Image.Image:
    """Convert ``image`` to RGB with white behind its transparent parts, and drop EXIF, colour profiles and texts.

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
        raise too_much_memory(name) from error
    except DECODER_ERRORS as error:
        raise ImageError(f"{name} has colours that cannot be read ({image.mode}). Save it as RGB.") from error
    plain.info = {}
    return plain


def _shrink_while_decoding(image: Image.Image, at_least: int, longest: int) -> None:
    """Let Pillow decode a JPEG at 1/2, 1/4 or 1/8 of its size, several times faster. The result is resampled later anyway."""
    scale = max(at_least / min(image.size), longest / max(image.size))
    if image.format in ("JPEG", "MPO") and image.mode in ("RGB", "L", "YCbCr", "CMYK") and scale < 1:
        image.draft(image.mode, (int(image.width * scale), int(image.height * scale)))


def _upright_rgb(image: Image.Image, name: str) -> Image.Image:
    if image.width < 1 or image.height < 1:
        raise ImageError(f"{name} has no pixels. Use another image.")
    plain = on_white(image, name)  # before the orientation is read, since a TIFF is rotated as it loads
    return upright(plain, orientation(image))


def _eight_bit(image: Image.Image) -> Image.Image:
    """Convert greyscale of more than 8 bits to 8 bits.

    Integers from 0 to 65,535 are scaled to 0 to 255. For floats, or other integers, the range of the values in the image is scaled.
    """
    values = np.nan_to_num(np.asarray(image, np.float64))
    low, span = float(values.min()), float(np.ptp(values))
    if image.mode != "F" and low >= 0 and low + span <= 65535:
        low, span = 0.0, 65535.0
    return Image.fromarray(((values - low) / max(span, 1e-12) * 255).clip(0, 255).astype(np.uint8))


def _is_truncated_webp(data: bytes) -> bool:
    """Whether the header of a WebP announces more bytes than the file has. Pillow does not even open such a file."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP" and int.from_bytes(data[4:8], "little") + 8 > len(data)


@cache
def _register_heif() -> None:
    with extras_needed():
        from pillow_heif import register_heif_opener

    register_heif_opener()
