"""``train``: your own pictures, or a known data set, become a model."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devise_core.cli.output import add_json, print_json, say
from devise_core.storage.paths import REPOSITORY, artifacts_folder
from devise_core.train.recipe import RECIPES, Recipe, recipe_of

if TYPE_CHECKING:
    from devise_core.train.loop import Curve, Progress
    from devise_core.train.run import Watch


def add_parsers(commands: Any) -> None:
    command = commands.add_parser(
        "train",
        help="train a model on your own pictures",
        description="Train a model on the pictures in DATA: one sub-folder a class, or a known data set. A recipe gives every "
        "setting; what you give beside it goes before. Features are kept, so a second run starts at the head.",
    )
    command.add_argument("data", metavar="DATA", type=Path, help="the folder with the pictures")
    command.add_argument("--out", metavar="FOLDER", type=Path, required=True, help="where the model goes")
    command.add_argument(
        "--recipe",
        choices=sorted(RECIPES),
        default="bundled",
        help="bundled: as the bundled model was made; own: a softmax over your classes, then their words, fast; "
        "seed: the notebook this starts from; paper: Frome et al., 2013",
    )
    command.add_argument("--words", default="bundled", metavar="bundled|FILE|FOLDER", help="the word vectors")
    command.add_argument("--dimension", type=int, metavar="N", help="which vectors of a zip that holds several")
    command.add_argument("--weights", metavar="bundled|imagenet|none|FILE", help="the backbone's (default: its own)")
    for each in fields(Recipe):
        kind, choices = type(each.default), each.metadata["choices"]
        command.add_argument(
            f"--{each.name.replace('_', '-')}",
            type=kind,
            choices=choices or None,
            metavar=None if choices else {int: "N", float: "X", str: "NAME"}[kind],
            help=each.metadata["help"],
        )
    command.add_argument("--artifacts", metavar="FOLDER", help="the model's folder to start from (default: the bundled one)")
    command.add_argument("--cache", type=Path, default=REPOSITORY / "build-cache", metavar="FOLDER", help="where features are kept")
    command.add_argument("--no-cache", action="store_true", help="keep no features")
    command.add_argument("--resume", action="store_true", help="go on from the last epoch of an interrupted run")
    add_json(command)
    command.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> None:
    from devise_core.bundle.training_run import TrainingJob, train_model
    from devise_core.cli.quiet import start_tensorflow
    from devise_core.train.corpus import read_pictures

    given = {each.name: value for each in fields(Recipe) if (value := getattr(options, each.name)) is not None}
    order = TrainingJob(
        options.data,
        options.out,
        recipe_of(options.recipe, **given),
        Path(options.artifacts or artifacts_folder()),
        options.cache,
        options.recipe,
        options.words,
        options.weights,
        options.dimension,
        not options.no_cache,
        options.resume,
        _command(options, given),
    )
    read_pictures(options.data)  # an error in what was given comes at once
    start_tensorflow()
    with _bars() as watch:
        trained = train_model(order, say, watch)
    for reason in trained.skipped:
        say(f"skipped  {reason}")
    facts = {
        "out": str(options.out),
        "pictures": len(trained.corpus.pictures),
        "classes": len(trained.corpus.names),
        "skipped": len(trained.skipped),
        "seconds": {stage: round(value, 1) for stage, value in trained.seconds.items()},
    }
    if options.json:
        print_json({"command": "train", **facts, "best": {stage: curve.best for stage, curve in trained.curves.items()}})
        return
    took = ", ".join(f"{stage} {seconds:.0f} s" for stage, seconds in trained.seconds.items())
    print(f"{options.out}: {facts['pictures']} pictures of {facts['classes']} classes ({took})")
    print(
        f"Use it: python -m devise_core index FOLDER --name NAME --artifacts {options.out}, then search with the same --artifacts."
    )


def _command(options: argparse.Namespace, given: dict[str, Any]) -> str:
    """What to type to make the model again; of files and folders the names alone."""
    parts = ["python -m devise_core train", options.data.resolve().name, "--out", options.out.name, "--recipe", options.recipe]
    named = {
        "words": Path(options.words).name,
        "weights": options.weights and Path(options.weights).name,
        "dimension": options.dimension,
    }
    for name, value in {**named, **given}.items():
        if value is not None:
            parts += [f"--{name.replace('_', '-')}", str(value)]
    return " ".join(parts)


@contextmanager
def _bars() -> Iterator[Watch]:
    """A progress bar a stage, on stderr."""
    from tqdm import tqdm

    bars: list[Any] = []

    def watch(stage: str, epochs: int) -> Progress:
        bar = tqdm(total=epochs, desc=stage, unit="epoch", disable=not epochs)
        bars.append(bar)

        def progress(done: int, curve: Curve) -> None:
            validation = curve.validation[-1] if curve.validation else "none"
            bar.set_postfix(loss=curve.loss[-1], validation=validation, refresh=False)
            bar.update(done - bar.n)

        return progress

    try:
        yield watch
    except KeyboardInterrupt:
        say("\ndevise: stopped; nothing is half-written. With --resume the same command goes on after the last epoch.")
        raise SystemExit(130) from None
    finally:
        for bar in bars:
            bar.close()
