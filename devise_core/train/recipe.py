"""Recipes: the settings of a training run, and four named sets of settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from devise_core.backbones.registry import normalised
from devise_core.errors import BuildError
from devise_core.train.views import VIEWS


def _setting(default: Any, about: str, *choices: str) -> Any:
    return field(default=default, metadata={"help": about, "choices": choices})


@dataclass(frozen=True)
class Recipe:
    """The settings of a training run. The help of each field is the help of its command-line option.

    Raises:
        BuildError: A value is not allowed.
    """

    backbone: str = _setting("efficientnet-lite0", "the backbone")
    head: str = _setting("conse", "what maps its features to word vectors", "conse", "mlp", "linear")
    loss: str = _setting(
        "hinge",
        "hinge: the rank loss over all wrong labels; hinge-first: only the first label that violates the margin, as in the paper; "
        "cosine: the distance to the true label",
        "hinge",
        "hinge-first",
        "cosine",
    )
    targets: str = _setting(
        "text", "text: the vector of the class name as a query; raw: the mean of its word vectors", "text", "raw"
    )
    size: int = _setting(0, "the side of the square of pixels that the backbone reads; 0 for its default")
    features: str = _setting(
        "plain",
        "root: a conse head reads the square root of each feature's share, so that large ones weigh less",
        "plain",
        "root",
    )
    start: str = _setting(
        "auto",
        "where a conse head starts. classifier: the bundled backbone's classifier; bundled: the bundled model's trained head; "
        "own: a softmax fitted on your classes; auto: the first of these that is available",
        "auto",
        "classifier",
        "bundled",
        "own",
    )
    decay: float = _setting(1e-3, "the L2 penalty of the softmax that the start “own” fits, on features of about unit length")
    temperature: float = _setting(2.0, "divides the logits of the softmax that a conse head starts from")
    floor: float = _setting(0.0, "a conse head sets label shares below this to 0, except the largest")
    split: str = _setting(
        "all",
        "the images to train on. all; seed: nine tenths, drawn as in the 2020 notebook; seen: two thirds of each class, without "
        "the 46 zero-shot classes",
        "all",
        "seed",
        "seen",
    )
    views: str = _setting("plain", f"how images are framed, separated by commas: {', '.join(VIEWS)}")
    optimizer: str = _setting("adam", "the optimizer", "adam", "sgd", "adagrad")
    rate: float = _setting(1e-3, "the learning rate")
    classifier_rate: float = _setting(1e-4, "the learning rate of the first layer of a conse head")
    epochs: int = _setting(12, "passes over the images")
    batch: int = _setting(64, "images per step")
    margin: float = _setting(0.2, "by how much the true label must lead, as a cosine")
    near: float = _setting(0.9, "labels whose cosine with the true one is at least this do not count as wrong; 1: all count")
    caption_weight: float = _setting(0.0, "the weight of the captions' loss relative to the labels' loss; 0 leaves captions out")
    validation: float = _setting(0.1, "the share of each class that is held out to decide when to stop")
    patience: int = _setting(5, "epochs without improvement before training stops; 0: never")
    finetune_epochs: int = _setting(0, "passes of the second stage, which also trains the backbone")
    finetune_rate: float = _setting(1e-5, "the learning rate of the second stage")
    seed: int = _setting(7, "fixes every random choice")

    def __post_init__(self) -> None:
        for each in fields(self):
            value, choices = getattr(self, each.name), each.metadata["choices"]
            if choices and value not in choices:
                raise BuildError(f"{each.name} must be one of {', '.join(choices)}. Received: {value!r}.")
            if not choices and not isinstance(value, str) and not value >= 0:
                raise BuildError(f"{each.name} must not be negative. Received: {value!r}.")
        if self.batch < 1:
            raise BuildError(f"batch must be at least 1. Received: {self.batch!r}.")
        if self.validation >= 1:
            raise BuildError(f"validation must be below 1. Received: {self.validation!r}.")
        unknown = [view for view in self.view_names if view not in VIEWS]
        if unknown:
            raise BuildError(f"views must be any of {', '.join(VIEWS)}. Received: {unknown[0]!r}.")

    @property
    def view_names(self) -> list[str]:
        """The names in ``views``, as a list."""
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
"""The named recipes.

``bundled`` has the settings of the bundled model. ``bundle/model.py`` also trains on hypernyms, averages the heads of several
seeds, and mixes the average with the untrained head. ``own`` is ConSE over custom classes and trains in seconds. Its numbers were
chosen by five-fold cross-validation, repeated four times, on the training images of the data set Pascal Sentences. The image size
of ``own`` is the smallest that is not clearly worse than the best size. ``seed`` repeats the notebook of 2020 that this project
started from. ``paper`` follows Frome et al. (2013), who give no learning rates, except for the additions of
``head_models.linear_model``.
"""


_RECORDED = {
    "epochs": "epochs",
    "batch": "batch",
    "margin": "margin",
    "classifier_rate": "classifier_rate",
    "space_rate": "rate",
    "caption_weight": "caption_weight",
    "seed": "seed",
}
"""The settings in the bundled model's manifest: recorded name → field of the recipe."""


def recorded_settings(recipe: Recipe) -> dict[str, Any]:
    """Return the settings that the manifest of the bundled model records."""
    return {name: getattr(recipe, each) for name, each in _RECORDED.items()}


def bundled_recipe(settings: Mapping[str, Any]) -> Recipe:
    """Return the bundled recipe with ``settings`` as ``recorded_settings`` returns them."""
    return replace(RECIPES["bundled"], **{_RECORDED[name]: value for name, value in settings.items()})


def recipe_of(name: str, **given: Any) -> Recipe:
    """Return the recipe ``name`` with some settings replaced.

    The image size of a recipe suits the backbone of the recipe. If ``given`` has another backbone but no size, the size is the
    default of that backbone.

    Args:
        name: A name of ``RECIPES``.
        **given: The settings to replace. None keeps the recipe's value.

    Raises:
        BuildError: There is no such recipe, or a value is not allowed.
    """
    if name not in RECIPES:
        raise BuildError(f"There is no recipe “{name}”. Choose one of {', '.join(RECIPES)}.")
    settings = {key: value for key, value in given.items() if value is not None}
    if normalised(settings.get("backbone", RECIPES[name].backbone)) != normalised(RECIPES[name].backbone):
        settings.setdefault("size", 0)
    return replace(RECIPES[name], **settings)
