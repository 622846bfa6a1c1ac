"""What every runtime of a model does. ``runtime_choice`` chooses one."""

from __future__ import annotations

from abc import ABC, abstractmethod

from devise_core.vectors import Floats
from devise_core.vision.preprocess import Pixels

OUTPUTS = ("features", "embedding")
"""The outputs of a model, in the order in which ``run`` returns them."""


class ModelRuntime(ABC):
    """A loaded model.

    Attributes:
        size: The side, in pixels, of the square that the model sees.
        exhausted: The errors that it raises if memory is short.
    """

    size: int
    exhausted: tuple[type[Exception], ...] = (MemoryError,)

    @abstractmethod
    def run(self, pixels: Pixels) -> tuple[Floats, Floats]:
        """Return the features ``float32 (n, f)`` and the unit embeddings ``float32 (n, d)`` of ``uint8 (n, size, size, 3)``."""
