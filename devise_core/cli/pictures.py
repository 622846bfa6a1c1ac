"""Read an image that a command gets as an argument."""

from __future__ import annotations

import sys
from pathlib import Path

from devise_core.cli.output import say
from devise_core.errors import ImageError
from devise_core.settings import settings
from devise_core.vision.image_reader import note_on, read_image
from devise_core.vision.image_sources import is_url, name_and_bytes

STDIN = "-"


def picture_of(argument: str) -> str | bytes:
    """Return the path of an image, or its bytes if the argument is a pipe, a URL, or "-" for standard input.

    The bytes are returned because these sources can be read only once.

    Raises:
        ImageError: The argument is empty, or a URL may not be fetched or has no image.
    """
    if not argument.strip():
        raise ImageError("The name of an image is empty. Give a file, a folder, or - for standard input.")
    if argument == STDIN:
        return sys.stdin.buffer.read(settings().image_bytes + 1)
    if is_url(argument):
        return name_and_bytes(argument, settings().image_bytes)[1]
    path = Path(argument)
    if path.is_fifo():
        with path.open("rb") as pipe:
            return pipe.read(settings().image_bytes + 1)
    return argument


def check_picture(picture: str | bytes) -> None:
    """Read an image before the model loads, and say on stderr if its file is damaged.

    Raises:
        ImageError: The image cannot be read.
    """
    if note := note_on(read_image(picture)):
        say(f"semblance: {note}")
