"""A picture that a command gets as an argument."""

from __future__ import annotations

import sys
from pathlib import Path

from devise_core.settings import settings

STDIN = "-"


def picture_of(argument: str) -> str | bytes:
    """Return the path, or the content of what can be read only once: standard input, given as "-", or a pipe."""
    if argument == STDIN:
        return sys.stdin.buffer.read(settings().image_bytes + 1)
    path = Path(argument)
    if path.is_fifo():
        with path.open("rb") as pipe:
            return pipe.read(settings().image_bytes + 1)
    return argument
