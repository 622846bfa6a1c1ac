"""``build`` and ``evaluate``: the jobs that make and measure the model."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from devise_core.cli.output import add_json, print_json, say
from devise_core.errors import BuildError
from devise_core.settings import folder
from devise_core.storage.paths import REPOSITORY, ArtifactLayout, artifacts_folder

JOBS = ("words", "labels", "nouns", "head", "classifier", "stamps", "photos", "maps", "unsuitable-words", "card", "all")
PROTOCOLS = ("imagenet", "zero-shot", "pascal-sentences", "caltech-101", "flickr8k", "stamps")

IN_PLACE = Path()
"""Of ``--out`` without a name."""


def add_parsers(commands: Any) -> None:
    build = commands.add_parser(
        "build",
        help="make the bundled artifacts from public packages",
        description="Make a part of the bundled artifacts, or all of them in order.",
    )
    build.add_argument("job", choices=JOBS)
    build.add_argument("--artifacts", metavar="FOLDER", help="where to write (default: the bundled folder)")
    build.add_argument("--cache", type=Path, default=REPOSITORY / "build-cache", help="where packages are kept")
    build.add_argument(
        "--from",
        dest="words_file",
        type=Path,
        metavar="FILE",
        help="words: a file of GloVe, fastText or word2vec instead of the package",
    )
    build.add_argument("--dimension", type=int, metavar="D", help="words: which file of a zip, or what FILE must have")
    _add_data(build)
    build.set_defaults(run=_build)
    evaluate = commands.add_parser(
        "evaluate",
        help="measure the model on held-out photographs",
        description="Measure the model beside softmax, ConSE and random vectors.",
    )
    evaluate.add_argument("protocol", nargs="*", help=f"any of {', '.join(PROTOCOLS)} (default: all)")
    evaluate.add_argument("--artifacts", metavar="FOLDER", help="the model's folder (default: the bundled one)")
    evaluate.add_argument("--cache", type=Path, default=REPOSITORY / "build-cache", help="where trained baselines are kept")
    evaluate.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        nargs="?",
        const=IN_PLACE,
        help="also write the tables to a file (without a name: results.json in the model's folder)",
    )
    _add_data(evaluate)
    add_json(evaluate)
    evaluate.set_defaults(run=_evaluate)


def _add_data(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--data",
        type=Path,
        default=folder("data"),
        help="the folder with the data sets, one folder each (default: SEMBLANCE_DATA)",
    )


def _build(options: argparse.Namespace) -> None:
    from devise_core.bundle.context import BuildContext
    from devise_core.bundle.jobs import JOBS as RUN
    from devise_core.bundle.model_card import write_card

    if options.job not in ("words", "all") and options.words_file:
        raise BuildError(f"--from is a file of words, which `build {options.job}` does not read: run `build words --from` first.")
    if options.dimension and not options.words_file:
        raise BuildError("--dimension is that of a file of words: name the file with --from.")
    root = Path(options.artifacts) if options.artifacts else artifacts_folder()
    site = BuildContext(
        ArtifactLayout(root), options.cache, options.data and Path(options.data), say, options.words_file, options.dimension
    )
    if options.job == "card":
        write_card(site)
        return
    every = [job for job in RUN if job != "maps"]  # those come with the collections
    for name in every if options.job == "all" else (options.job,):
        RUN[name](site)
    if options.job == "all":
        write_card(site)


def _evaluate(options: argparse.Namespace) -> None:
    from devise_core.evaluate import protocols
    from devise_core.evaluate.model_under_test import open_model_under_test

    if options.data is None:
        raise BuildError("Measuring needs photographs: give their folder as --data, or set SEMBLANCE_DATA.")
    unknown = [name for name in options.protocol if name not in protocols.PROTOCOLS]
    if unknown:
        raise BuildError(f"There is no protocol “{unknown[0]}”: choose among {', '.join(PROTOCOLS)}.")
    layout = ArtifactLayout(Path(options.artifacts) if options.artifacts else artifacts_folder())
    results = protocols.measure(open_model_under_test(layout, Path(options.data), options.cache, say), options.protocol)
    if options.out:
        path = layout.results if options.out == IN_PLACE else options.out
        results.write(path)
        say(f"{path}: {len(results.tables)} tables")
    if options.json:
        print_json({"command": "evaluate", **results.as_dict()})
        return
    print("\n\n".join("\n".join(table.lines()) for table in results.tables))
