"""What a command prints: a table, or one JSON object with ``--json``."""

from __future__ import annotations

import argparse
import json
import sys
from codecs import lookup
from collections.abc import Iterator, Sequence
from typing import Any

from devise_core.datatypes import Hit, Reading, WordHit
from devise_core.errors import one_line
from devise_core.storage.valid_text import valid_text


def add_json(command: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    command.add_argument("--json", action="store_true", help="print one JSON object instead of a table")


def print_json(content: dict[str, Any]) -> None:
    """Print one JSON object to stdout, as valid text. Characters beyond ASCII are escaped if stdout is not in UTF-8."""
    text = valid_text(json.dumps(content, ensure_ascii=False, indent=1))
    in_utf8 = lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
    print(text if in_utf8 else json.dumps(json.loads(text), indent=1))


def print_hits(options: argparse.Namespace, query: dict[str, Any], hits: Sequence[Hit] | Sequence[WordHit]) -> None:
    """Print the hits, as a table or as JSON.

    Args:
        options: The options of the command.
        query: The command and its arguments, which come first in the JSON object.
        hits: The results, best first.
    """
    if options.json:
        print_json({**query, "hits": [hit.as_dict() for hit in hits]})
        return
    for hit in hits:
        if isinstance(hit, WordHit):
            print(f"{hit.cosine:6.3f}  {hit.word}")
        else:
            name, category, path = map(one_line, (hit.name, hit.category, str(hit.original or hit.path)))
            print(f"{hit.cosine:6.3f}  {name:<28.28}  {category:<26.26}  {path}")


def say_reading(reading: Reading) -> None:
    """Say on stderr which words of a query were read as other words, and which words were ignored."""
    forms = reading.read_as | {word: correction.form for word, correction in reading.corrected.items()}
    if forms:
        say("semblance: Read " + ", ".join(f"“{word}” as “{form}”" for word, form in forms.items()) + ".")
    if reading.dropped:
        say(f"semblance: Ignored {', '.join(f'“{phrase}”' for phrase in reading.dropped)}, because it names nothing to search for.")
    if reading.left_out:
        words = [f"“{word}”" + (f" (did you mean {near[0]}?)" if near else "") for word, near in reading.left_out.items()]
        say(f"semblance: Ignored, not in the vocabulary: {', '.join(words)}")


def counted(number: int, noun: str) -> str:
    """Return "1 image" or "2 images"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def say(text: str) -> None:
    """Print progress to stderr, so that stdout holds nothing but the result."""
    print(text, file=sys.stderr, flush=True)


def summary(lines: Sequence[str], most: int) -> Iterator[str]:
    """Yield the first ``most`` lines, and if there are more, a line that says how many."""
    yield from map(one_line, lines[:most])
    if len(lines) > most:
        yield f"… and {len(lines) - most} more"
