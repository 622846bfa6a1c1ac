"""Write the list of words that the app never shows unasked: slurs and sexual terms from two public lists, reviewed by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path

from devise_core.storage.atomic_write import atomic_file

TARGET = Path(__file__).parents[1] / "text" / "unsuitable_words.txt"
KEPT_RATING = 2
"""``cuss`` rates each word: 2 is likely profane, 1 depends on the context, 0 is unlikely to be."""

_ENTRY = re.compile(r"^\s*(?:'([^']+)'|\"([^\"]+)\"|(\w+)): (\d)", re.MULTILINE)
_HEADER = """\
# Words that are never suggested or named unasked. Written by `python -m devise_core build unsuitable-words`.
# Sources: cuss 2.2.0 (MIT, Titus Wormer); naughty-words 1.2.0 (CC BY 4.0, Shutterstock's List of Dirty, Naughty, Obscene,
# and Otherwise Bad Words), as the npm packages of these names; then the decisions in devise_core/bundle/reviewed_words.tsv.
"""


def read_cuss(package: Path) -> set[str]:
    """Read the words that ``cuss`` rates as likely profane.

    Args:
        package: The unpacked npm package.

    Returns:
        Lower-case words and phrases.
    """
    text = (package / "index.js").read_text("utf-8")
    return {
        (single or double or bare).lower() for single, double, bare, rating in _ENTRY.findall(text) if int(rating) >= KEPT_RATING
    }


def read_naughty_words(package: Path) -> set[str]:
    """Read the English list of the npm package ``naughty-words``."""
    return {word.lower() for word in json.loads((package / "en.json").read_text("utf-8"))}


def read_reviewed(path: Path) -> tuple[set[str], set[str]]:
    """Read the decisions made by hand.

    Args:
        path: Lines of ``keep`` or ``add``, a tab, and words separated by commas.

    Returns:
        The words to keep, and the words to add.
    """
    decisions: dict[str, set[str]] = {"keep": set(), "add": set()}
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            decision, words = line.split("\t")
            decisions[decision] |= {word.strip() for word in words.split(",")}
    return decisions["keep"], decisions["add"]


def write_unsuitable_words(cuss: Path, naughty_words: Path, target: Path = TARGET) -> int:
    """Combine both lists with the reviewed decisions and write them, one word or phrase a line.

    Args:
        cuss: The unpacked npm package ``cuss``.
        naughty_words: The unpacked npm package ``naughty-words``.
        target: The file to write.

    Returns:
        The number of words and phrases.
    """
    keep, add = read_reviewed(Path(__file__).with_name("reviewed_words.tsv"))
    words = sorted(word for word in (read_cuss(cuss) | read_naughty_words(naughty_words) | add) - keep if word.isascii())
    with atomic_file(target) as staged:
        staged.write_text(_HEADER + "\n".join(words) + "\n", "utf-8")
    return len(words)
