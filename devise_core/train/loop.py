"""One stage of training: epochs of steps, validation, early stopping, a checkpoint after each epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from devise_core.errors import BuildError
from devise_core.train.checkpoint import Arrays, Checkpoint
from devise_core.train.fit import Targets, batches, drawn_captions
from devise_core.train.loss import cosine, hinge_rank, hinge_rank_first, hinge_rank_pairs
from devise_core.train.recipe import Recipe
from devise_core.vectors import Rows

if TYPE_CHECKING:
    import keras

MOMENTUM, DECAY = 0.9, 1e-6
"""Of the seed's stochastic gradient descent, with Nesterov's correction."""

Inputs = Callable[[Rows], Any]
"""Rows ``(n,)``, each view · pictures + picture → what the model takes of them: features ``(n, f)`` or pixels."""


@dataclass(frozen=True)
class Part:
    """Pictures to train or to validate on: their ``inputs``, ``classes`` ``(n,)`` and, where there are some, ``captions``.

    ``captions``: the rows of the pictures that have some, and the vectors ``(m, d)`` of each.
    """

    inputs: Inputs
    classes: Rows
    views: int = 1
    captions: tuple[Rows, Sequence[Any]] = (np.empty(0, np.int64), ())


@dataclass
class Curve:
    """After each epoch: the mean training loss, that of captions in it, and on the validation part the loss of labels alone and
    the share whose own label is nearest.

    ``start`` is the validation loss before the first epoch; ``best`` the epoch whose weights were kept, 0 the start.
    """

    loss: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    start: float | None = None
    best: int = 0


@dataclass(frozen=True)
class Pace:
    """An optimizer and the variables it moves."""

    optimizer: keras.optimizers.Optimizer
    variables: Sequence[Any]


Progress = Callable[[int, Curve], None]
"""Called after each epoch with its number and the curve so far."""


def optimizer_of(name: str, rate: float) -> keras.optimizers.Optimizer:
    """``adam``, ``adagrad`` or ``sgd``."""
    from keras import optimizers

    if name == "sgd":
        falling = optimizers.schedules.InverseTimeDecay(rate, 1, DECAY)
        return optimizers.SGD(falling, momentum=MOMENTUM, nesterov=True)
    return {"adam": optimizers.Adam, "adagrad": optimizers.Adagrad}[name](rate)


class Loop:
    """Trains ``model``, whose output is unit embeddings ``(n, d)``, towards ``targets``."""

    def __init__(self, model: keras.Model, paces: Sequence[Pace], recipe: Recipe, targets: Targets, number: int = 0) -> None:
        import tensorflow as tf

        self.model, self.paces, self.recipe, self.targets, self.number = model, paces, recipe, targets, number
        self.curve, self._best = Curve(), _values(model.variables)
        self._labels = tf.constant(targets.labels)
        for pace in paces:
            pace.optimizer.build(pace.variables)
        self._step = tf.function(self._stepped, reduce_retracing=True)
        self._judge = tf.function(self._judged, reduce_retracing=True)

    def run(
        self,
        epochs: int,
        train: Part,
        validation: Part | None,
        checkpoint: Checkpoint | None = None,
        progress: Progress | None = None,
    ) -> Curve:
        """Train to the end of ``epochs``, from the checkpoint where there is one. Leaves the best weights in the model."""
        if not (checkpoint and self._resumed(checkpoint)) and validation:
            self.curve.start, _ = self._validated(validation)
        while len(self.curve.loss) < epochs and not self._stalled:
            self.curve.loss.append(self._epoch(train))
            if not np.isfinite(self.curve.loss[-1]):
                raise BuildError(f"The loss is no number any more after epoch {len(self.curve.loss)}: give a lower learning rate.")
            self._note(validation)
            if checkpoint:
                self._save(checkpoint)
            if progress:
                progress(len(self.curve.loss), self.curve)
        _assign(self.model.variables, self._best)
        return self.curve

    @property
    def _stalled(self) -> bool:
        waited = len(self.curve.validation) - self.curve.best
        return 0 < self.recipe.patience <= waited and bool(self.curve.validation)

    def _epoch(self, train: Part) -> float:
        from tqdm import tqdm

        recipe, count, losses = self.recipe, len(train.classes), []
        rng = np.random.default_rng((recipe.seed, self.number, len(self.curve.loss)))
        told, captions = train.captions
        steps = batches(self.targets, train.classes, train.views, recipe.batch, rng)
        number = max(1, train.views * count // recipe.batch)
        for rows, true, wrong in tqdm(steps, "epoch", number, leave=False, unit="step", delay=2):
            order = rng.random(wrong.shape, dtype=np.float32)
            pictured = said = None
            if len(told) and recipe.caption_weight:
                view, chosen, said = drawn_captions(captions, train.views, recipe.batch, rng)
                pictured = train.inputs(view * count + told[chosen])
            losses.append(float(self._step(train.inputs(rows), true, wrong, order, pictured, said)))
        return round(float(np.mean(losses)), 6)

    def _stepped(self, inputs: Any, true: Any, wrong: Any, order: Any, pictured: Any, said: Any) -> Any:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = self._loss(self.model(inputs, training=True), true, wrong, order)
            if said is not None:
                pairs = hinge_rank_pairs(self.model(pictured, training=True), said, self.recipe.margin)
                loss += self.recipe.caption_weight * pairs
        gradients = iter(tape.gradient(loss, [variable for pace in self.paces for variable in pace.variables]))
        for pace in self.paces:
            pace.optimizer.apply([next(gradients) for _ in pace.variables], pace.variables)
        return loss

    def _loss(self, embeddings: Any, true: Any, wrong: Any, order: Any) -> Any:
        if self.recipe.loss == "cosine":
            return cosine(embeddings, true, self._labels)
        if self.recipe.loss == "hinge-first":
            return hinge_rank_first(embeddings, true, self._labels, wrong, self.recipe.margin, order=order)
        return hinge_rank(embeddings, true, self._labels, wrong, self.recipe.margin)

    def _note(self, validation: Part | None) -> None:
        curve, done = self.curve, len(self.curve.loss)
        if validation:
            best = curve.validation[curve.best - 1] if curve.best else curve.start
            loss, accuracy = self._validated(validation)
            curve.validation.append(loss)
            curve.accuracy.append(accuracy)
        if not validation or best is None or loss < best:
            curve.best, self._best = done, _values(self.model.variables)

    def _validated(self, part: Part) -> tuple[float, float]:
        """Loss and accuracy over the first view; the order of wrong labels is the same every time."""
        rng, sums = np.random.default_rng(self.recipe.seed), np.zeros(2)
        for start in range(0, len(part.classes), self.recipe.batch):
            rows = np.arange(start, min(start + self.recipe.batch, len(part.classes)))
            true, wrong = part.classes[rows], self.targets.wrong[part.classes[rows]]
            order = rng.random(wrong.shape, dtype=np.float32)
            sums += len(rows) * np.asarray([float(value) for value in self._judge(part.inputs(rows), true, wrong, order)])
        loss, accuracy = sums / len(part.classes)
        return round(float(loss), 6), round(float(accuracy), 4)

    def _judged(self, inputs: Any, true: Any, wrong: Any, order: Any) -> Any:
        import tensorflow as tf

        embeddings = self.model(inputs, training=False)
        nearest = tf.argmax(tf.matmul(embeddings, self._labels, transpose_b=True), axis=1)
        return self._loss(embeddings, true, wrong, order), tf.reduce_mean(tf.cast(nearest == true, tf.float32))

    def _save(self, checkpoint: Checkpoint) -> None:
        groups = {f"optimizer{place}": _values(pace.optimizer.variables) for place, pace in enumerate(self.paces)}
        if self.curve.best < len(self.curve.loss):  # else the best are the model's own
            groups["best"] = self._best
        checkpoint.save(asdict(self.curve), {"model": _values(self.model.variables), **groups})

    def _resumed(self, checkpoint: Checkpoint) -> bool:
        saved = checkpoint.load()
        if saved is None:
            return False
        facts, groups = saved
        self.curve, self._best = Curve(**facts), groups.get("best", groups["model"])
        _assign(self.model.variables, groups["model"])
        for place, pace in enumerate(self.paces):
            _assign(pace.optimizer.variables, groups[f"optimizer{place}"])
        return True


def _values(variables: Sequence[Any]) -> Arrays:
    return [np.array(variable.numpy()) for variable in variables]


def _assign(variables: Sequence[Any], values: Arrays) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
