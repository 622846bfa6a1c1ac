"""``report``: write what the model finds into one HTML file that needs no server."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from devise_core.cli.output import add_json, print_json
from devise_core.cli.shared_options import add_artifacts, artifacts_of

COLLECTIONS = ("photos", "stamps")


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = commands.add_parser(
        "report",
        help="write an HTML report of what the model finds",
        description="Write queries, labels, similar images and the tables of results into one HTML file. It contains its images "
        "and opens without a server.",
    )
    command.add_argument("--out", type=Path, default=Path("report.html"), help="the file to write (default: %(default)s)")
    command.add_argument(
        "--collection",
        action="append",
        metavar="NAME",
        help="the name or the folder of a collection; repeat it for more. The report looks for similar images in the first, and "
        f"takes examples from the others (default: {' and '.join(COLLECTIONS)})",
    )
    command.add_argument(
        "--picture",
        action="append",
        default=[],
        type=Path,
        metavar="IMAGE",
        help="your own image to label and to find similar ones for; repeat it for more",
    )
    command.add_argument(
        "--query",
        action="append",
        metavar="TEXT",
        help="a query to show; repeat it for more (default: some that the first collection answers well, or for the bundled "
        "collections those of the notebook that this project starts from)",
    )
    command.add_argument("--results", type=Path, metavar="FILE", help="the tables of results (default: those of the model)")
    add_artifacts(command)
    add_json(command)
    command.set_defaults(run=_report)


def _report(options: argparse.Namespace) -> None:
    from devise_core.cli.pictures import check_picture
    from devise_core.cli.quiet import load_model
    from devise_core.engine import load_engine
    from devise_core.report.content import QUERIES, collect
    from devise_core.report.example_queries import example_queries, with_labels
    from devise_core.report.page import read_tables, write_report

    first, *others = dict.fromkeys(options.collection or COLLECTIONS)
    engine = load_engine(options.artifacts, first)
    remark, tables = read_tables(options.results or artifacts_of(options).results, engine.model_id)
    engines = [engine, *(engine.on(name) for name in others)]
    for file in options.picture:
        check_picture(file)
    if options.picture:
        load_model(engine.encoder)
    bundled = {first, *others} <= set(COLLECTIONS)
    queries = options.query or (QUERIES if bundled else example_queries(engine, with_labels(engine)))
    size = write_report(options.out, collect(engines, options.picture, queries), tables, remark)
    if options.json:
        facts = {"out": str(options.out), "bytes": size, "collections": [first, *others], "queries": list(queries)}
        print_json({"command": "report", **facts, "tables": [table.title for table in tables]})
        return
    print(f"{options.out}: {size / 1e6:.1f} MB. Open it in a browser.")
