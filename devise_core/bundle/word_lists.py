"""Write the lists of words in ``devise_core/text``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from devise_core.storage.atomic_write import atomic_file


def write_word_list(target: Path, header: str, lines: Iterable[str]) -> None:
    """Write a list of words.

    Args:
        target: The file to write.
        header: Lines that begin with ``#``, each with its line end.
        lines: The lines below it.
    """
    with atomic_file(target) as staged:
        staged.write_text(header + "".join(f"{line}\n" for line in lines), "utf-8")
