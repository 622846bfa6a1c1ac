"""The parts of a training stage: the head, its optimizers, and the examples with their inputs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from devise_core.backbones import Backbone
from devise_core.text.text_encoder import TextEncoder
from devise_core.train.classifier import Classifier
from devise_core.train.corpus import Corpus, caption_vectors
from devise_core.train.head import Head, conse_head, head_of
from devise_core.train.head_models import conse_model, linear_model, mlp_model, unfused_softmax
from devise_core.train.recipe import Recipe
from devise_core.train.sampling import Captions, Examples
from devise_core.train.targets import Targets
from devise_core.train.trainer import Curve, LayerOptimizer, Trainer, make_optimizer
from devise_core.train.views import VIEWS
from devise_core.vectors import Floats, Rows
from devise_core.vision.image_reader import read_image
from devise_core.vision.preprocess import Pixels

if TYPE_CHECKING:
    import keras

ViewInputs = Callable[[Rows, Rows], Any]
"""Numbers of views ``(n,)`` and rows of a corpus ``(n,)`` → what a model reads: features or pixels."""


def train_head(start: Head, targets: Targets, examples: Examples, recipe: Recipe) -> tuple[Head, Curve]:
    """Train a copy of a ConSE head on features, without validation. One seed fixes every random choice.

    Args:
        start: The head before training.
        targets: What each class is trained towards.
        examples: Images whose inputs are features ``(n, f)``.
        recipe: The settings.

    Returns:
        The trained head, and the curve with the loss of each epoch.
    """
    model = conse_model(start, labels=unfused_softmax(len(start.bias)))
    curve = Trainer(model, head_optimizers(model, recipe), recipe, targets).run(recipe.epochs, examples)
    return head_of(model), curve


def new_head(
    recipe: Recipe, width: int, corpus: Corpus, directions: Floats, start: Head | None, classifier: Classifier | None
) -> keras.Model:
    """Return the untrained head of a run.

    Args:
        recipe: The settings.
        width: The number of features.
        corpus: The classes and their vectors.
        directions: Orthonormal rows ``(m, d)`` to remove from the embeddings.
        start: The head that a conse head (see ``head.py``) starts from if ``classifier`` is None.
        classifier: A softmax over the classes, from which a conse head starts, or None.

    Raises:
        ValueError: The recipe has a conse head, but ``start`` and ``classifier`` are None.
    """
    if recipe.head != "conse":
        return {"linear": linear_model, "mlp": mlp_model}[recipe.head](width, corpus.vectors.shape[1], directions)
    if classifier:
        start = conse_head(*classifier, corpus.vectors, recipe.temperature)
    if start is None:
        raise ValueError("A conse head needs a head or a classifier to start from.")
    return conse_model(start, directions, recipe.features == "root", recipe.floor)


def head_optimizers(head: keras.Model, recipe: Recipe) -> list[LayerOptimizer]:
    """Return the optimizers of a head.

    The classifier layer of a conse head has its own ``classifier_rate``, because large steps would spoil this layer.
    """
    first = head.get_layer("labels").trainable_variables if recipe.head == "conse" else []
    rest = [variable for variable in head.trainable_variables if not any(variable is each for each in first)]
    optimizers = [LayerOptimizer(make_optimizer(recipe.optimizer, recipe.rate), rest)]
    return [LayerOptimizer(make_optimizer(recipe.optimizer, recipe.classifier_rate), first), *optimizers] if first else optimizers


def corpus_examples(corpus: Corpus, rows: Rows, inputs: ViewInputs, views: int = 1, text: TextEncoder | None = None) -> Examples:
    """Return a part of a corpus as examples.

    Args:
        corpus: The images.
        rows: The rows ``(n,)`` of the images to return.
        inputs: Returns what the model reads for views and rows.
        views: How many views each image has.
        text: The encoder of the captions, or None to leave captions out.
    """
    captions = None
    if text:
        vectors = [caption_vectors(corpus.images[row], text) for row in rows]
        captioned = np.asarray([number for number, each in enumerate(vectors) if each], dtype=np.int64)
        captions = Captions(captioned, [np.stack(each) for each in vectors if each])
    return Examples(lambda chosen: inputs(chosen // len(rows), rows[chosen % len(rows)]), corpus.classes[rows], views, captions)


def pixel_inputs(corpus: Corpus, recipe: Recipe, size: int, readers: ThreadPoolExecutor) -> ViewInputs:
    """Return inputs that read the images again in each step, so that only one batch is in memory.

    Args:
        corpus: The images.
        recipe: Names the views.
        size: The width and height in pixels of the square that the model reads.
        readers: The threads that read the images.
    """
    views = [VIEWS[name] for name in recipe.view_names]

    def read(view: int, row: int) -> Pixels:
        return views[view](read_image(corpus.images[row].path, at_least=size), size)

    return lambda chosen_views, rows: np.stack(list(readers.map(read, chosen_views, rows))).astype(np.float32)


def embedding_model(model: keras.Model) -> keras.Model:
    """Return the part of a model from pixels to embeddings."""
    import keras

    return keras.Model(model.input, model.output["embedding"])


def trainable_variables(model: keras.Model, backbone: Backbone) -> list[Any]:
    """Make a model trainable except for the backbone's batch normalisation, and return the trainable variables.

    The statistics of the batch normalisation come from millions of images. Small batches would spoil these statistics.
    """
    import keras

    for layer in backbone.model.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    return list(model.trainable_variables)
