"""``copy``: copy a collection between a folder and Milvus."""

from __future__ import annotations

import argparse
from shlex import quote
from typing import Any

from devise_core.cli.output import add_json, counted, print_json
from devise_core.cli.shared_options import add_artifacts
from devise_core.installation import PROGRAM


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = commands.add_parser(
        "copy",
        help="copy a collection from a folder to Milvus, or back",
        description="Copy a collection with its vectors and thumbnails. milvus:NAME is a collection of the server at "
        "SEMBLANCE_MILVUS_URI. Run the same command again to continue after an interruption.",
    )
    command.add_argument("source", metavar="FROM", help="the name or the folder of a collection, or milvus:NAME")
    command.add_argument("target", metavar="TO", help="milvus:NAME, or the name of a new collection in a folder")
    command.add_argument(
        "--bulk",
        metavar="URL",
        default="",
        help="for millions of images: write them as Parquet files to a folder or bucket that the Milvus server reads, such as "
        "s3://bucket/prefix, and let the server import them",
    )
    add_artifacts(command)
    add_json(command)
    command.set_defaults(run=_copy)


def _copy(options: argparse.Namespace) -> None:
    from devise_core.cli.progress import progress_bar
    from devise_core.collections.copying import copy_collection
    from devise_core.engine import load_engine
    from devise_core.errors import CollectionError
    from devise_core.storage.paths import ArtifactLayout, artifacts_folder

    engine = load_engine(options.artifacts, options.source)
    if (ArtifactLayout(artifacts_folder()).collections / options.target).is_dir():
        raise CollectionError(f"The collection {options.target} comes with the model. Choose another name.")
    last_step = "computing what searches need"
    with (
        progress_bar(options.target, "Milvus imports the files" if options.bulk else last_step) as progress,
        progress_bar("imported", last_step, "file") as importing,
    ):
        copied = copy_collection(
            engine.collection, options.target, engine.model_id, engine.parts, progress, bulk=options.bulk, importing=importing
        )
    if options.json:
        facts = {"source": options.source, "target": options.target, "count": copied.count, "version": copied.version}
        print_json({"command": "copy", **facts})
        return
    print(f"{counted(copied.count, 'image')} copied from {options.source} to {options.target}")
    print(f'Search them with {PROGRAM} search "dog" --collection {quote(options.target)}, or select them in the app.')
