"""``collections``: list the collections."""

from __future__ import annotations

import argparse
from typing import Any

from devise_core.cli.output import add_json, print_json, say
from devise_core.cli.shared_options import add_artifacts
from devise_core.engine import load_engine
from devise_core.errors import CollectionError


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = commands.add_parser(
        "collections", help="list the collections", description="List the collections and how many images each one has."
    )
    add_artifacts(command)
    add_json(command)
    command.set_defaults(run=_collections)


def _collections(options: argparse.Namespace) -> None:
    engine = load_engine(options.artifacts)
    counts = {}
    for name in engine.collections():
        try:
            counts[name] = len(engine.on(name).collection)
        except CollectionError as error:
            say(f"semblance: {error}")
    if options.json:
        print_json({"command": "collections", "collections": counts})
        return
    for name, count in counts.items():
        print(f"{count:6d}  {name}")
