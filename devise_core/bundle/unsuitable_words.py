"""Write the list of words that the app shows only if a user types them: slurs and sexual terms, reviewed by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path

from devise_core.storage.atomic_write import atomic_file

TARGET = Path(__file__).parents[1] / "text" / "unsuitable_words.txt"
KEPT_RATING = 2
"""The lowest rating of the words to list. ``cuss`` rates a word 2 if likely profane, 1 if that depends on the context, else 0."""

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
        path: The file. Each line has ``keep`` or ``add``, a tab, and words separated by commas.

    Returns:
        The words to keep out of the list, and the words to add to it.
    """
    decisions: dict[str, set[str]] = {"keep": set(), "add": set()}
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            decision, words = line.split("\t")
            decisions[decision] |= {word.strip() for word in words.split(",")}
    return decisions["keep"], decisions["add"]


def write_unsuitable_words(cuss: Path, naughty_words: Path, target: Path = TARGET) -> int:
    """Combine both lists with the reviewed decisions, and write the result with one word or phrase per line.

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
