"""``label``: name what an image shows."""

from __future__ import annotations

import argparse
from typing import Any

from devise_core.cli.output import print_hits
from devise_core.cli.pictures import picture_of
from devise_core.cli.quiet import load_model
from devise_core.cli.shared_options import add_command, engine_of
from devise_core.vision.image_reader import read_image


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = add_command(commands, "label", "name what an image shows", _label, k=5)
    command.add_argument("picture", metavar="IMAGE", help="an image file, or - for standard input")
    command.add_argument("--vocabulary", choices=("nouns", "all"), default="nouns", help="which words are candidates")
    command.add_argument("--words", metavar="WORDS", help="your own candidates, separated by commas")


def _label(options: argparse.Namespace) -> None:
    engine = engine_of(options)
    picture = picture_of(options.picture)
    read_image(picture)  # report a bad file before the model loads
    load_model(engine.encoder)
    vocabulary: str | list[str] = options.vocabulary
    if options.words is not None:
        vocabulary = [word.strip() for word in options.words.split(",") if word.strip()]
    hits = engine.label_image(picture, options.k, vocabulary)
    print_hits(options, {"command": "label", "picture": options.picture, "k": options.k, "vocabulary": vocabulary}, hits)
