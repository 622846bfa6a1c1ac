"""Write the lists of words in ``devise_core/text``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from devise_core.storage.atomic_write import atomic_file


def write_word_list(target: Path, header: str, lines: Iterable[str]) -> None:
    """Write a list of words.

    Args:
        target: The file to write.
        header: Lines that begin with ``#``. Each ends with a line break.
        lines: The lines below the header, without line breaks.
    """
    with atomic_file(target) as staged:
        staged.write_text(header + "".join(f"{line}\n" for line in lines), "utf-8")


def write_words(target: Path, header: str, words: Iterable[str], plurals: Mapping[str, Sequence[str]]) -> int:
    """Write words and their irregular plurals, one per line. Entries with other characters than letters are left out.

    Args:
        target: The file to write.
        header: Lines that begin with ``#``. Each ends with a line break.
        words: The words.
        plurals: The irregular plurals of each singular.

    Returns:
        The number of lines below the header.
    """
    lines = sorted({form for word in words for form in (word, *plurals.get(word, ())) if form.isalpha()})
    write_word_list(target, header, lines)
    return len(lines)
