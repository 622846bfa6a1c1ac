"""``report``: what the model finds, as one HTML file that needs no server."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from devise_core.cli.output import add_json, print_json
from devise_core.storage.paths import ArtifactLayout, artifacts_folder

COLLECTIONS = ("photos", "stamps")


def add_parsers(commands: Any) -> None:
    command = commands.add_parser(
        "report",
        help="write what the model finds as one HTML file",
        description="Write one HTML file, its pictures inside, that opens without a server: queries, "
        "labels and similar pictures, and the tables of results.",
    )
    command.add_argument("--out", type=Path, default=Path("report.html"), help="the file to write (default: %(default)s)")
    command.add_argument(
        "--collection",
        action="append",
        metavar="NAME",
        help="a collection's name or folder, again for more; the pictures of the first are looked for, the others "
        f"are from outside it (default: {' and '.join(COLLECTIONS)})",
    )
    command.add_argument(
        "--picture",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a picture of your own to name and to find others like, again for more",
    )
    command.add_argument("--results", type=Path, metavar="FILE", help="tables of results (default: results.json beside the model)")
    command.add_argument("--artifacts", metavar="FOLDER", help="the model's folder (default: the bundled one)")
    add_json(command)
    command.set_defaults(run=_report)


def _report(options: argparse.Namespace) -> None:
    from devise_core.cli.quiet import load_model
    from devise_core.engine import load_engine
    from devise_core.report.page import read_tables, write_report
    from devise_core.report.walk import take_walk
    from devise_core.vision.image_reader import read_image

    layout = ArtifactLayout(Path(options.artifacts) if options.artifacts else artifacts_folder())
    first, *others = dict.fromkeys(options.collection or COLLECTIONS)
    engine = load_engine(options.artifacts, first)
    remark, tables = read_tables(options.results or layout.results, engine.model_id)
    engines = [engine, *(engine.on(name) for name in others)]
    for picture in options.picture:
        read_image(picture)  # said at once, before the network is loaded for nothing
    if options.picture:
        load_model(engine.encoder)
    size = write_report(options.out, take_walk(engines, options.picture), tables, remark)
    if options.json:
        print_json(
            {
                "command": "report",
                "out": str(options.out),
                "bytes": size,
                "collections": [first, *others],
                "tables": [table.title for table in tables],
            }
        )
        return
    print(f"{options.out}: {size / 1e6:.1f} MB; open it in any browser.")
