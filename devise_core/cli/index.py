"""``index``: a folder of your own pictures becomes a collection."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from devise_core.cli.output import add_json, print_json, say
from devise_core.errors import CollectionError


def add_parsers(commands: Any) -> None:
    command = commands.add_parser(
        "index",
        help="make a collection of your own pictures",
        description="Make a collection of the pictures in a folder; sub-folders become labels. An "
        "interrupted run goes on where it stopped.",
    )
    command.add_argument("folder", type=Path)
    command.add_argument("--name", required=True, help="what to call the collection")
    command.add_argument("--artifacts", metavar="FOLDER", help="the model's folder (default: the bundled one)")
    add_json(command)
    command.set_defaults(run=_index)


def _index(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    from devise_core.cli.quiet import load_network
    from devise_core.collections.indexing import check_name, find_pictures, index_folder
    from devise_core.storage.manifest import Manifest
    from devise_core.storage.paths import ArtifactLayout, artifacts_folder
    from devise_core.vision.image_encoder import KerasImageEncoder

    layout = ArtifactLayout(Path(options.artifacts) if options.artifacts else artifacts_folder())
    manifest = Manifest.read(layout.root)
    encoder = KerasImageEncoder(layout.model, manifest)
    find_pictures(options.folder)
    name = check_name(options.name)
    if any((came.collections / name).is_dir() for came in (ArtifactLayout(artifacts_folder()), layout)):
        raise CollectionError(f"A collection {name} comes with the model: give yours another name.")
    load_network(encoder)
    with tqdm(unit="picture", desc=options.name, leave=False) as bar:

        def progress(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)
            if done == of:
                bar.set_description(f"{options.name}: drawing its map")

        result = index_folder(
            options.folder,
            options.name,
            encoder,
            progress,
            f"python -m devise_core index FOLDER --name {options.name}",
        )
    if options.json:
        print_json(
            {
                "command": "index",
                "folder": str(options.folder),
                "name": options.name,
                "count": result.count,
                "collection": str(result.folder),
                "skipped": result.skipped,
            }
        )
        return
    for reason in result.skipped:
        say(f"skipped  {reason}")
    print(
        f"{result.count} pictures in the collection {options.name}"
        + (f", {len(result.skipped)} files skipped" if result.skipped else "")
    )
    model, app = (f" --artifacts {options.artifacts}", f"DEVISE_ARTIFACTS={options.artifacts} ") if options.artifacts else ("", "")
    print(
        f'Search it: python -m devise_core search "dog" --collection {options.name!r}{model}, or choose it in the app'
        f"{f' ({app}make demo)' if app else ''}."
    )
