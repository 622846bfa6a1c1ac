"""The training loop: epochs of steps, validation, early stopping, and a checkpoint after each epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from devise_core.errors import BuildError
from devise_core.train.checkpoint import Arrays, Checkpoint
from devise_core.train.loss import cosine, hinge_rank, hinge_rank_first, hinge_rank_pairs
from devise_core.train.recipe import Recipe
from devise_core.train.sampling import Examples, batches, random_order
from devise_core.train.targets import Targets

if TYPE_CHECKING:
    import keras

MOMENTUM, DECAY = 0.9, 1e-6
"""The momentum and the learning-rate decay of the 2020 notebook's stochastic gradient descent, which uses Nesterov momentum."""


@dataclass
class Curve:
    """What was measured after each epoch.

    Attributes:
        loss: The mean training loss, including the loss of captions.
        validation: The loss on the validation images, without captions.
        accuracy: The share of validation images whose nearest label is the true label.
        start: The validation loss before the first epoch.
        start_accuracy: The accuracy before the first epoch.
        best: The epoch whose weights were kept; 0 for the weights before training.
    """

    loss: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    start: float | None = None
    start_accuracy: float | None = None
    best: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the values as they are written to files, with the losses rounded to six decimal places."""
        return {**asdict(self), "loss": [round(loss, 6) for loss in self.loss]}


@dataclass(frozen=True)
class LayerOptimizer:
    """An optimizer and the variables that it updates."""

    optimizer: keras.optimizers.Optimizer
    variables: Sequence[Any]


Progress = Callable[[int, Curve], None]
"""Called after each epoch with the number of the epoch and the curve so far."""


def make_optimizer(name: str, rate: float) -> keras.optimizers.Optimizer:
    """Return the optimizer ``adam``, ``adagrad`` or ``sgd`` with a learning rate."""
    from keras import optimizers

    if name == "sgd":
        schedule = optimizers.schedules.InverseTimeDecay(rate, 1, DECAY)
        return optimizers.SGD(schedule, momentum=MOMENTUM, nesterov=True)
    return {"adam": optimizers.Adam, "adagrad": optimizers.Adagrad}[name](rate)


class Trainer:
    """Trains a model towards targets (see ``targets.py``).

    The trainer does not use ``keras.Model.fit``. ``Model.compile`` takes a single optimizer, but the layers of a head learn at
    different rates. The callbacks ``EarlyStopping`` and ``BackupAndRestore`` forget the best epoch and the random state when a
    run is resumed, so the resumed run would end with other weights.

    Args:
        model: A model whose outputs are unit embeddings ``(n, d)``.
        optimizers: The optimizers, each with the variables to train.
        recipe: The loss, the batch size, the patience and the seed.
        targets: The labels that images of each class are trained towards.
        stage: The number of the stage. Each stage draws different random numbers.
    """

    def __init__(
        self, model: keras.Model, optimizers: Sequence[LayerOptimizer], recipe: Recipe, targets: Targets, stage: int = 0
    ) -> None:
        import tensorflow as tf

        self.model, self.optimizers, self.recipe, self.targets = model, optimizers, recipe, targets
        self.curve, self._best = Curve(), _values(model.variables)
        self._rng = np.random.default_rng((recipe.seed, stage))
        self._labels = tf.constant(targets.labels)
        for each in optimizers:
            each.optimizer.build(each.variables)
        self._step = tf.function(self._train_step, reduce_retracing=True)
        self._judge = tf.function(self._validation_step, reduce_retracing=True)

    def run(
        self,
        epochs: int,
        train: Examples,
        validation: Examples | None = None,
        checkpoint: Checkpoint | None = None,
        progress: Progress | None = None,
    ) -> Curve:
        """Train for ``epochs`` epochs, or until validation stops the run, and leave the best weights in the model.

        Args:
            epochs: How many epochs in total, including those that an interrupted run finished.
            train: The images to train on.
            validation: The images that decide when to stop. If None, all epochs run and the last weights count as best.
            checkpoint: Where to save the state after each epoch. If a state is saved there already, the run continues from it.
            progress: Called after each epoch.

        Returns:
            The training loss of each epoch, and the loss and accuracy on the validation images.

        Raises:
            BuildError: The loss becomes NaN or infinite, or the checkpoint belongs to another run.
        """
        if not (checkpoint and self._resume(checkpoint)) and validation:
            self.curve.start, self.curve.start_accuracy = self._validate(validation)
        while len(self.curve.loss) < epochs and not self._has_stalled:
            self.curve.loss.append(self._epoch(train))
            if not np.isfinite(self.curve.loss[-1]):
                raise BuildError(f"The loss becomes NaN or infinite in epoch {len(self.curve.loss)}. Use a lower learning rate.")
            self._keep_best(validation)
            if checkpoint:
                self._save(checkpoint)
            if progress:
                progress(len(self.curve.loss), self.curve)
        _assign(self.model.variables, self._best)
        return self.curve

    @property
    def _has_stalled(self) -> bool:
        waited = len(self.curve.validation) - self.curve.best
        return 0 < self.recipe.patience <= waited and bool(self.curve.validation)

    def _epoch(self, train: Examples) -> float:
        from tqdm import tqdm

        steps = max(1, train.views * len(train.classes) // self.recipe.batch)
        losses = []
        epoch = batches(train, self.targets, self.recipe, self._rng)
        for batch in tqdm(epoch, "epoch", steps, leave=False, unit="step", delay=2):
            captioned = None if batch.captioned is None else train.inputs(batch.captioned)
            inputs = train.inputs(batch.rows)
            losses.append(float(self._step(inputs, batch.true, batch.wrong, batch.order, captioned, batch.captions)))
        return float(np.mean(losses))

    def _train_step(self, inputs: Any, true: Any, wrong: Any, order: Any, captioned: Any, captions: Any) -> Any:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = self._loss(self.model(inputs, training=True), true, wrong, order)
            if captions is not None:
                pairs = hinge_rank_pairs(self.model(captioned, training=True), captions, self.recipe.margin)
                loss += self.recipe.caption_weight * pairs
        gradients = iter(tape.gradient(loss, [variable for each in self.optimizers for variable in each.variables]))
        for each in self.optimizers:
            each.optimizer.apply([next(gradients) for _ in each.variables], each.variables)
        return loss

    def _loss(self, embeddings: Any, true: Any, wrong: Any, order: Any) -> Any:
        if self.recipe.loss == "cosine":
            return cosine(embeddings, true, self._labels)
        if self.recipe.loss == "hinge-first":
            return hinge_rank_first(embeddings, true, self._labels, wrong, self.recipe.margin, order=order)
        return hinge_rank(embeddings, true, self._labels, wrong, self.recipe.margin)

    def _keep_best(self, validation: Examples | None) -> None:
        curve, done = self.curve, len(self.curve.loss)
        if validation:
            best = curve.validation[curve.best - 1] if curve.best else curve.start
            loss, accuracy = self._validate(validation)
            curve.validation.append(loss)
            curve.accuracy.append(accuracy)
        if not validation or best is None or loss < best:
            curve.best, self._best = done, _values(self.model.variables)

    def _validate(self, examples: Examples) -> tuple[float, float]:
        """Return the loss and accuracy on the first view of each image. The random order of labels is the same in each epoch."""
        rng, sums, size = np.random.default_rng(self.recipe.seed), np.zeros(2), self.recipe.batch
        for start in range(0, len(examples.classes), size):
            rows = np.arange(start, min(start + size, len(examples.classes)))
            true, wrong = examples.classes[rows], self.targets.wrong[examples.classes[rows]]
            judged = self._judge(examples.inputs(rows), true, wrong, random_order(wrong, self.recipe, rng))
            sums += len(rows) * np.asarray([float(value) for value in judged])
        loss, accuracy = sums / len(examples.classes)
        return round(float(loss), 6), round(float(accuracy), 4)

    def _validation_step(self, inputs: Any, true: Any, wrong: Any, order: Any) -> Any:
        import tensorflow as tf

        embeddings = self.model(inputs, training=False)
        nearest = tf.argmax(tf.matmul(embeddings, self._labels, transpose_b=True), axis=1)
        return self._loss(embeddings, true, wrong, order), tf.reduce_mean(tf.cast(nearest == true, tf.float32))

    def _save(self, checkpoint: Checkpoint) -> None:
        groups = {f"optimizer{number}": _values(each.optimizer.variables) for number, each in enumerate(self.optimizers)}
        if self.curve.best < len(self.curve.loss):  # otherwise the best weights are the model's current ones
            groups["best"] = self._best
        facts = {"curve": asdict(self.curve), "random_state": self._rng.bit_generator.state}
        checkpoint.save(facts, {"model": _values(self.model.variables), **groups})

    def _resume(self, checkpoint: Checkpoint) -> bool:
        saved = checkpoint.load()
        if saved is None:
            return False
        facts, groups = saved
        self.curve, self._best = Curve(**facts["curve"]), groups.get("best", groups["model"])
        self._rng.bit_generator.state = facts["random_state"]
        _assign(self.model.variables, groups["model"])
        for number, each in enumerate(self.optimizers):
            _assign(each.optimizer.variables, groups[f"optimizer{number}"])
        return True


def _values(variables: Sequence[Any]) -> Arrays:
    return [np.array(variable.numpy()) for variable in variables]


def _assign(variables: Sequence[Any], values: Arrays) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
