"""``index``: make a collection from a folder of images."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from devise_core.cli.output import add_json, counted, print_json, say, summary
from devise_core.cli.shared_options import add_artifacts, artifacts_of
from devise_core.errors import CollectionError
from devise_core.installation import PROGRAM

if TYPE_CHECKING:
    from devise_core.collections.indexed_folder import IndexedFolder

MAX_LINES = 20
"""At most this many skipped files are printed with their reasons. ``--json`` lists all."""


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = commands.add_parser(
        "index",
        help="make a collection from a folder of images",
        description="Make a collection from the images in a folder. Sub-folders become labels. "
        "Run the same command again to continue after an interruption.",
    )
    command.add_argument(
        "folder", help="the folder with the images. With --engine ray also a text file of URLs, or an s3:// or gs:// URL"
    )
    command.add_argument("--name", required=True, help="the name of the collection")
    command.add_argument(
        "--include-system", action="store_true", help="also index folders of thumbnails and deleted files, such as @eaDir"
    )
    command.add_argument(
        "--annotations",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="labels and captions of the images: a CSV or JSON Lines file with the column file_name, or a COCO file. Repeatable. "
        "metadata.csv, metadata.jsonl and annotations/*.json in the folder are read automatically",
    )
    command.add_argument(
        "--store", choices=("folder", "milvus"), default="folder", help="where to keep the collection (default: %(default)s)"
    )
    command.add_argument("--uri", metavar="URI", help="the Milvus server of --store milvus (default: SEMBLANCE_MILVUS_URI)")
    _add_permissions(command)
    _add_engine(command)
    add_artifacts(command)
    add_json(command)
    command.set_defaults(run=_index)


def _add_permissions(command: argparse.ArgumentParser) -> None:
    """Add the options that let ``index`` remove much of an existing collection."""
    command.add_argument(
        "--allow-removals",
        action="store_true",
        help="remove images from the collection even if more than half are gone, or all images of a folder. Without this option, "
        "index then stops, because a disk may not be connected",
    )
    command.add_argument(
        "--replace", action="store_true", help="replace the collection of this name although it was made from another folder"
    )


def _add_engine(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--engine", choices=("local", "ray"), default="local", help="where to compute the vectors (default: %(default)s)"
    )
    command.add_argument("--address", default="", metavar="HOST:PORT", help="the Ray cluster (default: one that is started here)")
    command.add_argument("--workers", type=int, default=0, metavar="N", help="the processes on Ray (default: one per GPU or core)")


def _index(options: argparse.Namespace) -> None:
    from devise_core.cli.progress import progress_bar
    from devise_core.cli.quiet import QuietImageEncoder
    from devise_core.collections.milvus.connection import MilvusConnection
    from devise_core.collections.milvus.writer import MilvusWriter
    from devise_core.collections.writer import check_name
    from devise_core.search.model_parts import ModelParts
    from devise_core.storage.manifest import Manifest
    from devise_core.storage.paths import ArtifactLayout, artifacts_folder
    from devise_core.text.opening import open_text_encoder

    if not options.folder.strip():  # such as an unset shell variable, which would mean the current folder
        raise CollectionError("The name of the folder is empty. Give the folder that your images are in.")
    layout = artifacts_of(options)
    manifest = Manifest.read(layout.root)
    encoder = QuietImageEncoder(layout.model, manifest)
    name = check_name(options.name)
    if options.uri and options.store != "milvus":
        raise CollectionError("--uri is the address of a Milvus server. Add --store milvus.")
    in_folder = options.store == "folder"
    if in_folder and any((bundled.collections / name).is_dir() for bundled in (ArtifactLayout(artifacts_folder()), layout)):
        raise CollectionError(f"The collection {name} comes with the model. Choose another name.")
    command = f"python -m devise_core index FOLDER --name {options.name}"
    parts = ModelParts(layout, manifest, open_text_encoder(layout, manifest.verified))
    store = None if in_folder else MilvusWriter(name, encoder.model_id, MilvusConnection.configured(options.uri or ""), parts)
    with progress_bar(options.name, "computing the map" if in_folder else "computing what searches need") as progress:
        facts = options.name, encoder, progress, command, parts, options.include_system, options.annotations, store
        result = _indexer(options)(*facts)
    _report(options, result)


def _indexer(options: argparse.Namespace) -> Callable[..., IndexedFolder]:
    """Return the function that makes the collection, on this machine or on Ray."""
    from devise_core.collections.earlier_version import Allowed

    allowed = Allowed(options.allow_removals, options.replace)
    if options.engine == "ray":
        from devise_core.distributed.ray_engine import RayEngine
        from devise_core.distributed.ray_indexing import index_with_ray

        if options.workers < 0:
            raise CollectionError(f"--workers is 0 or more. Received: {options.workers}.")
        return partial(index_with_ray, RayEngine(options.address, options.workers), options.folder, allowed=allowed)
    from devise_core.collections.indexing import index_folder

    if options.address or options.workers or "://" in options.folder:
        raise CollectionError("A URL, --address and --workers need --engine ray.")
    return partial(index_folder, Path(options.folder), allowed=allowed)


def _report(options: argparse.Namespace, result: IndexedFolder) -> None:
    in_folder = options.store == "folder"
    name = options.name if in_folder else f"milvus:{options.name}"
    if options.json:
        collection = str(result.folder) if in_folder else name
        facts = {"folder": str(options.folder), "name": options.name, "count": result.count, "collection": collection}
        facts |= result.changes.counts
        facts |= {"skipped": result.skipped, "notes": result.notes, "left_out": result.left_out}
        print_json({"command": "index", **facts, "left_out_folders": result.left_out_folders, "annotations": result.annotations})
        return
    for reason in summary(result.skipped, MAX_LINES):
        say(f"skipped  {reason}")
    if len(result.skipped) > MAX_LINES and in_folder:
        say(f"The reasons for all {_skipped(result) or counted(len(result.skipped), 'file')} are in {result.report}.")
    for line in summary([line for line in result.annotations if line not in result.notes], MAX_LINES):
        say(line)
    for note in summary(result.notes, MAX_LINES):
        say(f"note     {note}")
    if result.left_out:
        say(f"left out: {', '.join(result.left_out)}")
    if result.left_out_folders and in_folder:
        say(f"The folders that are left out are named in {result.report}.")
    skipped = f", {_skipped(result) or len(result.skipped)} skipped" if result.skipped else ""
    changes = f" ({result.changes})" if result.changes.before else ""
    print(f"{counted(result.count, 'image')} in the collection {options.name}{changes}{skipped}")
    model = f" --artifacts {options.artifacts}" if options.artifacts else ""
    app = f" ({PROGRAM} demo --artifacts {options.artifacts})" if options.artifacts else ""
    print(f'Search it with {PROGRAM} search "dog" --collection {quote(name)}{model}, or select it in the app{app}.')


def _skipped(result: IndexedFolder) -> str:
    """Return how many files and folders were skipped, in words. Return "" if no folder was skipped."""
    if not result.skipped_folders:
        return ""
    files = len(result.skipped) - result.skipped_folders
    return " and ".join(counted(count, noun) for count, noun in ((files, "file"), (result.skipped_folders, "folder")) if count)
