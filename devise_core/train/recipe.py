"""Recipes: every number of a training run as data, and the three runs that have a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from devise_core.errors import BuildError
from devise_core.train.views import VIEWS


def _setting(default: Any, about: str, *choices: str) -> Any:
    return field(default=default, metadata={"help": about, "choices": choices})


@dataclass(frozen=True)
class Recipe:
    """What a run is made of. Raises ``BuildError`` for a value that is none of a setting's."""

    backbone: str = _setting("efficientnet-lite0", "the network that sees")
    head: str = _setting("conse", "what maps its features into the space of words", "conse", "mlp", "linear")
    loss: str = _setting(
        "hinge",
        "hinge: the rank loss over all wrong labels; hinge-first: cut at the first violator, as in the paper; cosine",
        "hinge",
        "hinge-first",
        "cosine",
    )
    targets: str = _setting(
        "text", "text: labels stand where queries do, near their kinds; raw: the mean of their words' vectors", "text", "raw"
    )
    size: int = _setting(0, "the side of the square of pixels the network sees; 0 for its own")
    features: str = _setting(
        "plain", "root: a conse head sees the square root of each feature's share, so that few rule less", "plain", "root"
    )
    start: str = _setting(
        "auto",
        "where a conse head starts: classifier, the bundled network's own; bundled, the bundled model's "
        "trained head; own, a softmax fitted on your classes; auto, the first to be had",
        "auto",
        "classifier",
        "bundled",
        "own",
    )
    decay: float = _setting(1e-3, "how strongly the softmax of an own start is held small (L2, on features of about unit length)")
    temperature: float = _setting(2.0, "softens the softmax that a conse head starts from")
    floor: float = _setting(0.0, "shares of a conse head's softmax below this count for nothing, but for the largest")
    split: str = _setting(
        "all",
        "which pictures train: all; seed, nine tenths as the seed drew them; seen, two thirds of each "
        "class but none of the 46 zero-shot ones",
        "all",
        "seed",
        "seen",
    )
    views: str = _setting("plain", f"how pictures are framed, with commas between: {', '.join(VIEWS)}")
    optimizer: str = _setting("adam", "what takes the steps", "adam", "sgd", "adagrad")
    rate: float = _setting(1e-3, "its learning rate")
    classifier_rate: float = _setting(1e-4, "the rate of a conse head's first layer")
    epochs: int = _setting(12, "passes over the pictures")
    batch: int = _setting(64, "pictures in a step")
    margin: float = _setting(0.2, "by how much a true label is to lead, as a cosine")
    near: float = _setting(0.9, "labels nearer than this cosine to the true one are no wrong ones; 1 spares none")
    caption_weight: float = _setting(0.0, "the weight of captions beside labels, where pictures have some; 0 leaves them out")
    validation: float = _setting(0.1, "the share of each class's training pictures that is kept to stop by")
    patience: int = _setting(5, "epochs without gain on them before training stops; 0 never stops")
    finetune_epochs: int = _setting(0, "passes of the second stage, which trains back into the backbone")
    finetune_rate: float = _setting(1e-5, "its learning rate")
    seed: int = _setting(7, "fixes every random choice")

    def __post_init__(self) -> None:
        for each in fields(self):
            value, choices = getattr(self, each.name), each.metadata["choices"]
            if choices and value not in choices:
                raise BuildError(f"{each.name} is one of {', '.join(choices)}. Received: {value!r}.")
            if not choices and not isinstance(value, str) and not value >= 0:
                raise BuildError(f"{each.name} is a number from 0 up. Received: {value!r}.")
        if self.batch < 1:
            raise BuildError(f"batch is at least 1. Received: {self.batch!r}.")
        if self.validation >= 1:
            raise BuildError(f"validation is a share from 0 to below 1. Received: {self.validation!r}.")
        unknown = [view for view in self.view_names if view not in VIEWS]
        if unknown:
            raise BuildError(f"views are any of {', '.join(VIEWS)}. Received: {unknown[0]!r}.")

    @property
    def view_names(self) -> list[str]:
        return [view.strip() for view in self.views.split(",")]


RECIPES: Mapping[str, Recipe] = {
    "bundled": Recipe(views=",".join(VIEWS), caption_weight=3.0),
    "own": Recipe(targets="raw", start="own", size=352, features="root", temperature=1.25, floor=0.07, epochs=0, validation=0.0),
    "seed": Recipe(
        backbone="vgg16",
        head="mlp",
        loss="cosine",
        targets="raw",
        split="seed",
        views="squashed",
        optimizer="sgd",
        rate=0.01,
        epochs=50,
        batch=32,
        validation=0.0,
    ),
    "paper": Recipe(
        head="linear",
        loss="hinge-first",
        targets="raw",
        views="squashed",
        optimizer="adagrad",
        rate=0.02,
        margin=0.1,
        near=1.0,
        epochs=50,
        batch=32,
        finetune_epochs=3,
        finetune_rate=1e-3,
    ),
}
"""``bundled``: this project's own. ``own``: ConSE over one's own classes, in seconds; its numbers by four times five-fold
cross-validation inside the training part of Pascal Sentences, at the smallest size that it cannot tell from the best. ``seed``:
the notebook of 2020. ``paper``: Frome et al. (2013), which gives no rates."""


def recipe_of(name: str, **given: Any) -> Recipe:
    """The recipe ``name`` with what is ``given`` in place of its own; None stands for nothing given."""
    if name not in RECIPES:
        raise BuildError(f"There is no recipe “{name}”: choose among {', '.join(RECIPES)}.")
    return replace(RECIPES[name], **{key: value for key, value in given.items() if value is not None})
