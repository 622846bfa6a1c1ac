"""``similar``: find images that are similar to an image."""

from __future__ import annotations

import argparse
from typing import Any

from devise_core.cli.output import print_hits
from devise_core.cli.pictures import check_picture, picture_of
from devise_core.cli.quiet import load_model
from devise_core.cli.shared_options import add_command, engine_of


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = add_command(commands, "similar", "find images that are similar to an image", _similar)
    command.add_argument("picture", metavar="IMAGE", help="an image file, a URL if allowed, or - for standard input")
    command.add_argument(
        "--by",
        choices=("semantic", "visual", "labels"),
        default="semantic",
        help="semantic: what the image shows; visual: how it looks; labels: its ten nearest words (default: %(default)s)",
    )


def _similar(options: argparse.Namespace) -> None:
    engine = engine_of(options)
    picture = picture_of(options.picture)
    check_picture(picture)
    load_model(engine.encoder)
    hits = engine.search_image(picture, options.k, options.by)
    query = {"picture": options.picture, "k": options.k, "by": options.by, "collection": engine.collection.name}
    print_hits(options, {"command": "similar", **query}, hits)
