"""A whole run: features once, a head on them, then, where asked, back into the backbone."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from devise_core.backbones import Backbone
from devise_core.errors import BuildError
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.train.cache import FeatureCache
from devise_core.train.checkpoint import Checkpoint
from devise_core.train.corpus import Corpus, caption_vectors, validation_part
from devise_core.train.features import cached_features
from devise_core.train.head import Classifier, Head, conse_head, conse_model, linear_model, mlp_model, own_classifier
from devise_core.train.head import joined as join
from devise_core.train.loop import Curve, Loop, Pace, Part, Progress, optimizer_of
from devise_core.train.recipe import Recipe
from devise_core.train.targets import targets_of
from devise_core.train.views import VIEWS
from devise_core.vectors import Floats, Rows
from devise_core.vision.batch_reader import READERS
from devise_core.vision.image_reader import read_image
from devise_core.vision.preprocess import Pixels

if TYPE_CHECKING:
    import keras

HEAD, FINETUNE = "head", "finetune"
_NOT_THE_HEADS = ("epochs", "finetune_epochs", "finetune_rate")
"""Settings that the head's checkpoint does not depend on."""

Inputs = Callable[[Rows, Rows], Any]
"""Views ``(n,)`` and places of pictures ``(n,)`` → what a model takes of them."""

Watch = Callable[[str, int], Progress]
"""A stage and its epochs → what is called after each."""


@dataclass
class Trained:
    """The whole ``model``, the corpus it has seen, which of it was ``validation`` ``(n,)``, and what could not be read.

    ``curves`` and ``seconds`` are by stage. ``classifier``: the softmax over classes of its own that ``evaluate`` sets beside the
    head; None where the head stands on another's labels.
    """

    model: keras.Model
    corpus: Corpus
    validation: Any
    skipped: Sequence[str]
    curves: dict[str, Curve] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    classifier: Classifier | None = None


@dataclass(frozen=True)
class Run:
    """Everything a run stands on. ``start``: a conse head's; without one it starts from a softmax fitted on the classes."""

    corpus: Corpus
    backbone: Backbone
    text: WordVectorEncoder
    recipe: Recipe
    start: Head | None
    cache: FeatureCache
    checkpoints: Path
    watch: Watch


def train(run: Run) -> Trained:
    """Goes on from the files in ``run.checkpoints`` where there are some. The same run on the same machine gives the same weights.

    Raises ``BuildError`` where fewer than two classes have a picture that can be read.
    """
    import keras

    began, recipe, backbone = time.perf_counter(), run.recipe, run.backbone
    found = cached_features(backbone.model, [picture.path for picture in run.corpus.pictures], recipe.view_names, run.cache)
    corpus = run.corpus.of(found.kept)
    if len(corpus.names) < 2:
        raise BuildError(f"Fewer than two classes have a picture that can be read; one that cannot: {found.skipped[0]}")
    validation = validation_part(corpus.classes, recipe.validation, recipe.seed)
    keras.utils.set_random_seed(recipe.seed)
    own = run.start is None and recipe.head == "conse"
    classifier = _classifier(recipe, corpus, found.features, validation) if own else None
    head = _head(run, corpus, classifier)
    trained = Trained(join(backbone.model, head), corpus, validation, found.skipped, classifier=classifier)
    trained.seconds["features"] = time.perf_counter() - began
    made_from = _made_from(run, corpus, found.keys)
    checkpoint = Checkpoint(run.checkpoints / "head.npz", _without(made_from, _NOT_THE_HEADS))
    _stage(run, trained, HEAD, head, _paces(head, recipe), lambda views, places: found.features[views, places], checkpoint)
    if recipe.finetune_epochs:
        paces = [Pace(optimizer_of(recipe.optimizer, recipe.finetune_rate), _thawed(trained.model, backbone))]
        checkpoint = Checkpoint(run.checkpoints / "finetune.npz", _without(made_from, ("finetune_epochs",)))
        with ThreadPoolExecutor(READERS) as readers:
            _stage(run, trained, FINETUNE, trained.model, paces, _pixels(corpus, recipe, backbone.size, readers), checkpoint)
    if run.start is None and (trained.classifier is None or recipe.finetune_epochs):
        began = time.perf_counter()
        trained.classifier = _classifier(recipe, corpus, _last_features(run, corpus, found.features), validation)
        trained.seconds["classifier"] = time.perf_counter() - began
    return trained


def _last_features(run: Run, corpus: Corpus, first: Floats) -> Floats:
    """The features that the model ends with: the second stage moves them."""
    if not run.recipe.finetune_epochs:
        return first
    with FeatureCache(None, "", run.backbone.width) as cache:
        files = [picture.path for picture in corpus.pictures]
        return cached_features(run.backbone.model, files, run.recipe.view_names, cache).features


def _classifier(recipe: Recipe, corpus: Corpus, features: Floats, validation: Any) -> Classifier:
    """Fitted on the pictures that the head learns from."""
    return own_classifier(features[:, ~validation], corpus.classes[~validation], recipe.decay, recipe.features == "root")


def _stage(
    run: Run, trained: Trained, stage: str, model: keras.Model, paces: Sequence[Pace], inputs: Inputs, checkpoint: Checkpoint
) -> None:
    began, recipe, corpus = time.perf_counter(), run.recipe, trained.corpus
    targets = targets_of(list(corpus.vectors), [{}] * len(corpus.names), {}, recipe.near)
    learnt, kept = np.flatnonzero(~trained.validation), np.flatnonzero(trained.validation)
    output = model if stage == HEAD else _embedding_of(model)
    loop = Loop(output, paces, recipe, targets, number=0 if stage == HEAD else 1)
    train_part = _part(corpus, learnt, inputs, len(recipe.view_names), run.text if recipe.caption_weight else None)
    epochs = recipe.epochs if stage == HEAD else recipe.finetune_epochs
    trained.curves[stage] = loop.run(
        epochs, train_part, _part(corpus, kept, inputs) if len(kept) else None, checkpoint, run.watch(stage, epochs)
    )
    trained.seconds[stage] = time.perf_counter() - began


def _part(corpus: Corpus, places: Rows, inputs: Inputs, views: int = 1, text: WordVectorEncoder | None = None) -> Part:
    told = [
        (row, np.stack(vectors))
        for row, place in enumerate(places)
        if text and (vectors := caption_vectors(corpus.pictures[place], text))
    ]
    return Part(
        lambda rows: inputs(rows // len(places), places[rows % len(places)]),
        corpus.classes[places],
        views,
        (np.asarray([row for row, _ in told], dtype=np.int64), [vectors for _, vectors in told]),
    )


def _head(run: Run, corpus: Corpus, classifier: Classifier | None) -> keras.Model:
    directions, width, dimension, recipe = run.text.directions, run.backbone.width, corpus.vectors.shape[1], run.recipe
    if recipe.head != "conse":
        return {"linear": linear_model, "mlp": mlp_model}[recipe.head](width, dimension, directions)
    start = conse_head(*classifier, corpus.vectors, recipe.temperature) if classifier else run.start
    if start is None:
        raise ValueError("A conse head needs a head or a classifier to start from.")
    return conse_model(start, directions, recipe.features == "root", recipe.floor)


def _paces(head: keras.Model, recipe: Recipe) -> list[Pace]:
    """One optimizer, and another for a conse head's first layer: a classifier is spoilt by the steps that its vectors need."""
    first = head.get_layer("labels").trainable_variables if recipe.head == "conse" else []
    rest = [variable for variable in head.trainable_variables if not any(variable is one for one in first)]
    paces = [Pace(optimizer_of(recipe.optimizer, recipe.rate), rest)]
    return [Pace(optimizer_of(recipe.optimizer, recipe.classifier_rate), first), *paces] if first else paces


def _embedding_of(model: keras.Model) -> keras.Model:
    import keras

    return keras.Model(model.input, model.output["embedding"])


def _thawed(model: keras.Model, backbone: Backbone) -> list[Any]:
    """Every variable but those of the backbone's batch normalisation: its means are of millions of pictures, not of a batch."""
    import keras

    for layer in backbone.model.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    return list(model.trainable_variables)


def _pixels(corpus: Corpus, recipe: Recipe, size: int, readers: ThreadPoolExecutor) -> Inputs:
    """Pictures read anew for each step, so that no more than a batch of them stands in memory."""
    views = [VIEWS[name] for name in recipe.view_names]

    def read(view: int, place: int) -> Pixels:
        return views[view](read_image(corpus.pictures[place].path, at_least=size), size)

    return lambda chosen, places: np.stack(list(readers.map(read, chosen, places))).astype(np.float32)


def _made_from(run: Run, corpus: Corpus, keys: Sequence[str]) -> dict[str, Any]:
    """What the weights depend on, as plain values: another value of any is another run."""
    digest = hashlib.sha256(corpus.vectors.tobytes() + corpus.classes.tobytes() + "".join(keys).encode()).hexdigest()
    start = hashlib.sha256(run.start.kernel.tobytes() + run.start.vectors.tobytes()).hexdigest() if run.start else ""
    return {
        **asdict(run.recipe),
        "backbone": f"{run.backbone.name} {run.backbone.identity}",
        "pictures": digest[:16],
        "classifier": start[:16],
    }


def _without(settings: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in names}
