"""What a command prints: a table for people, or with ``--json`` one object and nothing else."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from devise_core.datatypes import Hit, Reading, WordHit


def add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON object instead of a table")


def print_json(content: dict[str, Any]) -> None:
    json.dump(content, sys.stdout, ensure_ascii=False, indent=1)
    print()


def print_hits(options: argparse.Namespace, asked: dict[str, Any], hits: Sequence[Hit] | Sequence[WordHit]) -> None:
    """``asked``: the command and what it was given."""
    if options.json:
        print_json({**asked, "hits": [hit.as_dict() for hit in hits]})
        return
    for hit in hits:
        if isinstance(hit, WordHit):
            print(f"{hit.cosine:6.3f}  {hit.word}")
        else:
            print(f"{hit.cosine:6.3f}  {hit.name:<28.28}  {hit.category:<26.26}  {hit.original or hit.path}")


def say_reading(reading: Reading) -> None:
    """On stderr a line for the words of a query that were read as others, and one for those that were not used."""
    if reading.read_as:
        print("devise: read " + ", ".join(f"“{word}” as “{form}”" for word, form in reading.read_as.items()), file=sys.stderr)
    if reading.left_out:
        words = [f"“{word}”" + (f" ({near[0]}?)" if near else "") for word, near in reading.left_out.items()]
        print(f"devise: left out, no word vector: {', '.join(words)}", file=sys.stderr)


def say(text: str) -> None:
    """Progress: on stderr, so that stdout holds the result alone."""
    print(text, file=sys.stderr, flush=True)
