"""Options that several commands share, and the engine that these commands open."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devise_core.cli.output import add_json
from devise_core.engine import Engine, load_engine
from devise_core.settings import folder
from devise_core.storage.paths import ArtifactLayout, artifacts_folder, default_cache

Command = Callable[[argparse.Namespace], None]


def add_command(commands: Any, name: str, purpose: str, run: Command, k: int = 10) -> argparse.ArgumentParser:
    """Add a command that prints the best results of a collection.

    Args:
        commands: The subparsers of the program.
        name: The name of the command, as the user types it.
        purpose: One sentence without a capital letter or a full stop.
        run: The function that runs the command.
        k: The default number of results.

    Returns:
        The parser of the command.
    """
    command: argparse.ArgumentParser = commands.add_parser(name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")
    command.add_argument("-k", type=int, default=k, help="the number of results (default: %(default)s)")
    command.add_argument(
        "--collection",
        metavar="NAME",
        help="the name or the folder of a collection (default: photos, or the first one made with the model)",
    )
    add_artifacts(command)
    add_json(command)
    command.set_defaults(run=run)
    return command


def add_artifacts(command: argparse.ArgumentParser) -> None:
    """Add ``--artifacts``, the folder of the model."""
    help_text = "the folder of the model (default: SEMBLANCE_ARTIFACTS, or the bundled model)"
    command.add_argument("--artifacts", metavar="FOLDER", help=help_text)


def add_cache(command: argparse.ArgumentParser, purpose: str) -> None:
    """Add ``--cache``, the folder for what later runs can use again. ``purpose`` says what is kept there."""
    command.add_argument(
        "--cache", type=Path, default=default_cache(), metavar="FOLDER", help=f"{purpose} (default: {default_cache().name})"
    )


def add_data(command: argparse.ArgumentParser) -> None:
    """Add ``--data``, the folder of the data sets."""
    command.add_argument(
        "--data",
        type=Path,
        default=folder("data"),
        metavar="FOLDER",
        help="the folder with one folder per data set (default: SEMBLANCE_DATA)",
    )


def artifacts_of(options: argparse.Namespace) -> ArtifactLayout:
    """Return the paths of the files of the model that the options name."""
    return ArtifactLayout(Path(options.artifacts) if options.artifacts else artifacts_folder())


def engine_of(options: argparse.Namespace) -> Engine:
    """Open the model and the collection that the options name.

    Raises:
        ArtifactError: A file of the model is missing or damaged.
        CollectionError: There is no such collection.
    """
    return load_engine(options.artifacts, options.collection)
