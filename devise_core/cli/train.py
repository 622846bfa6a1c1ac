"""``train``: train a model on a folder of images or on a data set."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devise_core.cli.output import add_json, counted, print_json, say
from devise_core.cli.shared_options import add_artifacts, add_cache
from devise_core.installation import PROGRAM
from devise_core.storage.paths import artifacts_folder
from devise_core.train.recipe import RECIPES, Recipe, recipe_of

if TYPE_CHECKING:
    from devise_core.bundle.training_run import TrainingJob
    from devise_core.train.run import StageProgress, Trained
    from devise_core.train.trainer import Curve, Progress


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = commands.add_parser(
        "train",
        help="train a model on your own images",
        description="Train a model on the images in DATA, which is a data set or has one sub-folder per class. A recipe sets every "
        "option; options on the command line override it. Features are cached, so a second run starts with the head.",
    )
    command.add_argument("data", metavar="DATA", type=Path, help="the folder with the images")
    command.add_argument("--out", metavar="FOLDER", type=Path, required=True, help="the folder for the model")
    command.add_argument(
        "--recipe",
        choices=sorted(RECIPES),
        default="bundled",
        help="bundled: the recipe of the bundled model; own: a softmax over your classes, mapped to their words, fast; "
        "seed: the notebook that this project starts from; paper: Frome et al., 2013 (default: %(default)s)",
    )
    command.add_argument("--words", default="bundled", metavar="bundled|FILE|FOLDER", help="word vectors (default: %(default)s)")
    command.add_argument(
        "--dimension", type=int, metavar="N", help="the dimension of the word vectors to use, if a zip file has several"
    )
    command.add_argument(
        "--weights", metavar="bundled|imagenet|none|FILE", help="the weights of the backbone (default: the backbone's default)"
    )
    _add_recipe(command)
    add_artifacts(command)
    add_cache(command, "where features are cached")
    command.add_argument("--no-cache", action="store_true", help="do not cache features")
    command.add_argument("--resume", action="store_true", help="continue an interrupted run after its last epoch")
    add_json(command)
    command.set_defaults(run=_train)


def _add_recipe(command: argparse.ArgumentParser) -> None:
    """Add one option for each field of a recipe."""
    for each in fields(Recipe):
        kind, choices = type(each.default), each.metadata["choices"]
        command.add_argument(
            f"--{each.name.replace('_', '-')}",
            type=kind,
            choices=choices or None,
            metavar=None if choices else {int: "N", float: "X", str: "NAME"}[kind],
            help=each.metadata["help"],
        )


def _train(options: argparse.Namespace) -> None:
    from devise_core.bundle.training_run import train_model
    from devise_core.cli.quiet import start_tensorflow
    from devise_core.train.corpus import read_images

    job = _job(options)
    read_images(options.data)  # report bad data before TensorFlow starts
    start_tensorflow()
    with _bars() as watch:
        trained = train_model(job, say, watch)
    _report(options, trained)


def _job(options: argparse.Namespace) -> TrainingJob:
    from devise_core.bundle.training_run import TrainingJob

    given = {each.name: value for each in fields(Recipe) if (value := getattr(options, each.name)) is not None}
    return TrainingJob(
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


def _command(options: argparse.Namespace, given: dict[str, Any]) -> str:
    """Return the command that makes the model again, with file names but no paths."""
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


def _report(options: argparse.Namespace, trained: Trained) -> None:
    for reason in trained.skipped:
        say(f"skipped  {reason}")
    images, classes = len(trained.corpus.images), len(trained.corpus.names)
    if options.json:
        print_json(
            {
                "command": "train",
                "out": str(options.out),
                "pictures": images,
                "classes": classes,
                "skipped": len(trained.skipped),
                "accuracy": trained.accuracy.as_dict() if trained.accuracy else None,
                "seconds": {stage: round(value, 1) for stage, value in trained.seconds.items()},
                "best": {stage: curve.best for stage, curve in trained.curves.items()},
            }
        )
        return
    durations = ", ".join(f"{stage} {seconds:.0f} s" for stage, seconds in trained.seconds.items())
    print(f"{options.out}: {counted(images, 'image')} of {classes} classes ({durations})")
    advice = "no accuracy, because no image was kept out of training. Add --validation 0.1 to measure it"
    print(trained.accuracy.sentence() if trained.accuracy else advice)
    print(f"Next, run {PROGRAM} index FOLDER --name NAME --artifacts {options.out}. Search with the same --artifacts.")


@contextmanager
def _bars() -> Iterator[StageProgress]:
    """Show a progress bar per stage on stderr."""
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
        say("\nsemblance: Stopped. No file is incomplete. Add --resume to continue after the last epoch.")
        raise SystemExit(130) from None
    finally:
        for bar in bars:
            bar.close()
