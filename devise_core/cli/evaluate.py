"""``evaluate``: measure the model on images that it was not trained on."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from devise_core.cli.output import add_json, print_json, say
from devise_core.cli.shared_options import add_artifacts, add_cache, add_data, artifacts_of
from devise_core.errors import BuildError

PROTOCOLS = (
    "imagenet",
    "zero-shot",
    "pascal-sentences",
    "caltech-101",
    "flickr8k",
    "stamps",
    "own-labels",
    "labels",
    "absent",
    "queries",
    "people",
)
_BESIDE_MODEL = Path()
"""The value of ``--out`` without a file name."""


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = commands.add_parser(
        "evaluate",
        help="measure the model on held-out images",
        description="Measure the model on held-out images and compare it with softmax, ConSE and random vectors.",
    )
    command.add_argument("protocol", nargs="*", help=f"one or more of {', '.join(PROTOCOLS)} (default: all)")
    command.add_argument(
        "--collection", metavar="NAME", help="measure on your collection NAME instead, by its labels; needs no data sets"
    )
    add_artifacts(command)
    add_cache(command, "where trained baselines are kept")
    command.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        nargs="?",
        const=_BESIDE_MODEL,
        help="also write the tables to FILE, or to results.json in the model's folder if FILE is left out",
    )
    add_data(command)
    add_json(command)
    command.set_defaults(run=_evaluate)


def _evaluate(options: argparse.Namespace) -> None:
    from devise_core.cli.quiet import QuietImageEncoder
    from devise_core.evaluate import protocols
    from devise_core.evaluate.model_under_test import open_model_under_test

    if options.collection and options.protocol:
        raise BuildError("Give protocols or --collection, not both.")
    unknown = [name for name in options.protocol if name not in protocols.PROTOCOLS]
    if unknown:
        raise BuildError(f"There is no protocol “{unknown[0]}”. Choose from {', '.join(PROTOCOLS)}.")
    needs_data = not options.collection and not (options.protocol and protocols.WITHOUT_DATA.issuperset(options.protocol))
    if options.data is None and needs_data:
        raise BuildError(
            "The evaluation needs data sets. Name their folder with --data or SEMBLANCE_DATA. The protocols "
            f"{', '.join(sorted(protocols.WITHOUT_DATA))} need no data sets."
        )
    layout = artifacts_of(options)
    model = open_model_under_test(layout, options.data or Path(), options.cache, say)
    model = replace(model, encoder=QuietImageEncoder(layout.model, model.manifest))
    if options.collection:
        results = protocols.measure_collection(model, options.collection)
    else:
        results = protocols.measure(model, options.protocol)
    if options.out:
        path = layout.results if options.out == _BESIDE_MODEL else options.out
        results.write(path)
        say(f"{path}: {len(results.tables)} tables")
    if options.json:
        print_json({"command": "evaluate", **results.as_dict()})
        return
    print("\n\n".join("\n".join(table.lines()) for table in results.tables))
