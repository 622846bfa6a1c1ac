"""``words``: find the words nearest to a word."""

from __future__ import annotations

import argparse
from typing import Any

from devise_core.cli.output import print_hits
from devise_core.cli.shared_options import add_command, engine_of


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = add_command(commands, "words", "find the words nearest to a word", _words)
    command.add_argument("word", help="a word of the vocabulary")


def _words(options: argparse.Namespace) -> None:
    hits = engine_of(options).similar_words(options.word, options.k)
    print_hits(options, {"command": "words", "word": options.word, "k": options.k}, hits)
