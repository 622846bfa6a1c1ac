"""Read the lists of words that are stored beside this file."""

from __future__ import annotations

from pathlib import Path


def list_lines(path: Path) -> list[str]:
    """Return the lines of the file ``path``, without the comments, which begin with ``#``."""
    return [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
