"""The forms in which an image can be given: a path, a URL, bytes, an open file, a NumPy array or a ``PIL.Image``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeGuard
from urllib.parse import unquote, urlsplit

import numpy as np
import numpy.typing as npt
from PIL import Image

from devise_core.errors import LONGEST_PATH, ImageError, shortened, shown_value
from devise_core.settings import settings, variable
from devise_core.vectors import is_series
from devise_core.vision.decoder_errors import DECODER_ERRORS, too_much_memory

ImageInput = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | npt.NDArray[np.uint8] | Image.Image
"""A path, the bytes of an image file, a file open for reading in binary mode, pixels ``uint8 (h, w, 3)``, or a PIL image.

A string that begins with ``http://`` or ``https://`` is a URL. It is fetched only if ``SEMBLANCE_URL_SEARCH`` is on, only from the
public web, and within the limits of the settings ``url_bytes``, ``url_seconds`` and ``url_redirects``.
"""

WEB = ("http://", "https://")
"""What a URL of an image begins with."""
_KINDS = "a path, a URL, bytes, a file open in binary mode, a NumPy array or a PIL image"


def is_url(source: object) -> TypeGuard[str]:
    """Whether an image is given as a URL rather than as a path."""
    return isinstance(source, str) and source[:8].lower().startswith(WEB)


def check_several(images: object) -> None:
    """Check that ``images`` is an ordered series of images, such as a list, an array or a generator.

    Raises:
        ImageError: ``images`` is a single image, has no order (a set or a mapping), or is not iterable.
    """
    kind = type(images).__name__
    if _is_one(images):
        raise ImageError(
            f"Give a list of images. Received one image ({kind}). Put it into a list, or call the method that takes one image."
        )
    if isinstance(images, Mapping | Set) or not is_series(images):
        raise ImageError(f"Give a list of images. Received: {kind}.")


def _is_one(images: object) -> bool:
    if isinstance(images, np.ndarray):
        return images.dtype.kind in "biuf" and _is_image_shape(images.shape)
    if isinstance(images, str | os.PathLike | bytes | bytearray | memoryview | Image.Image):
        return True
    return callable(getattr(images, "read", None))


def _is_image_shape(shape: tuple[int, ...]) -> bool:
    return len(shape) == 2 or (len(shape) == 3 and shape[2] in (3, 4))


@contextmanager
def position_named(number: int, image: object) -> Iterator[None]:
    """Begin the error of an image with its place among several images, unless the image is a file, which the error names.

    Args:
        number: The place, counted from 1.
        image: The image.

    Raises:
        ImageError: The block has raised one.
    """
    try:
        yield
    except ImageError as error:
        if isinstance(image, str | os.PathLike) or str(getattr(image, "name", "")):
            raise
        raise ImageError(f"Image {number}: {error}") from error


def from_array(pixels: npt.NDArray[np.uint8]) -> Image.Image:
    """Make an image of RGB, RGBA or grey pixels ``uint8 (h, w, 3)``, ``(h, w, 4)`` or ``(h, w)``.

    Raises:
        ImageError: The array has another data type or another shape, or is empty.
    """
    if pixels.dtype != np.uint8 or not _is_image_shape(pixels.shape) or not pixels.size:
        raise ImageError(f"The array is {pixels.dtype} {pixels.shape}. Give RGB pixels from 0 to 255 as uint8 (height, width, 3).")
    return Image.fromarray(np.ascontiguousarray(pixels))


def from_pil(image: Image.Image) -> Image.Image:
    """Return a PIL image after loading its pixels, which Pillow does not do when it opens a file.

    Raises:
        ImageError: The image is closed, or its file is truncated or damaged.
    """
    try:
        image.load()
    except MemoryError as error:
        raise too_much_memory("The image") from error
    except DECODER_ERRORS as error:
        raise ImageError("The image is closed, truncated or damaged. Open it again, and use it before it is closed.") from error
    return image


def name_and_bytes(source: object, most: int) -> tuple[str, bytes]:
    """Read a file.

    Args:
        source: A path, a URL, bytes or an open file.
        most: The most bytes that the file may have.

    Returns:
        A name for the file in errors, and the content of the file.

    Raises:
        ImageError: The file is missing or too large, ``source`` has another type, or ``source`` is a URL that may not be fetched.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        name, content = "The image", bytes(source)
    elif is_url(source):
        name, content = _fetch(source)
    elif isinstance(source, str | os.PathLike):
        name, content = _read_path(Path(source), most)
    else:
        name, content = _read_open_file(source, most)
    if len(content) > most:
        raise _too_many_bytes(name, most)
    return name, content


def _fetch(url: str) -> tuple[str, bytes]:
    """Fetch an image from the public web.

    ``fetch_image`` also checks the setting ``url_search``, but its error advises visitors of the app. This one advises programmers.
    """
    if not settings().url_search:
        raise ImageError(
            f"{shortened(url)} is a URL, and URLs are not fetched. Download the image and give its path, or set "
            f"{variable('url_search')}=on before the program starts."
        )
    from devise_core.untrusted.url_fetch import fetch_image

    content = fetch_image(url)
    return shortened(Path(unquote(urlsplit(url).path)).name) or "The image", content


def _read_open_file(source: object, most: int) -> tuple[str, bytes]:
    read = getattr(source, "read", None)
    if not callable(read):
        raise ImageError(f"An image is {_KINDS}. Received: {type(source).__name__}.")
    name = shortened(Path(str(getattr(source, "name", ""))).name) or "The image"
    try:
        content = read(most + 1)
    except (OSError, ValueError) as error:  # such as io.UnsupportedOperation, which is both
        state = "is closed" if getattr(source, "closed", False) else f"cannot be read ({error})"
        raise ImageError(f"{name} {state}. Open the file for reading in binary mode, as in open(path, “rb”).") from error
    if not isinstance(content, bytes):
        raise ImageError("The file is open as text. Open it in binary mode, as in open(path, “rb”).")
    if not content and _position(source) > 0:
        raise ImageError(f"{name} has been read to its end. Call seek(0) to read the file again.")
    return name, content


def _position(file: object) -> int:
    """Return the position in an open file, or 0 if the file has none, as a pipe."""
    try:
        return int(file.tell())  # type: ignore[attr-defined]  # AttributeError is caught
    except (AttributeError, OSError, ValueError):
        return 0


def _read_path(path: Path, most: int) -> tuple[str, bytes]:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > most:
                raise _too_many_bytes(path.name, most)
            return path.name, file.read(most + 1)  # a pipe does not tell its size
    except FileNotFoundError as error:
        raise ImageError(f"There is no file {shortened(str(path), LONGEST_PATH)}. Check the path.") from error
    except ValueError as error:  # a null character in the path
        raise ImageError(f"{shown_value(str(path))} is not the path of a file. Check the path.") from error
    except OSError as error:
        raise ImageError(
            f"{shortened(str(path), LONGEST_PATH)} cannot be read ({error.strerror}). "
            "Check that the file is an image, and that you may read it."
        ) from error


def _too_many_bytes(name: str, most: int) -> ImageError:
    return ImageError(f"{name} is larger than {most / 1e6:g} MB. Save a smaller copy.")
