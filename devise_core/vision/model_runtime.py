"""The base class of all runtimes that run a model. ``runtime_choice`` chooses a runtime."""

from __future__ import annotations

from abc import ABC, abstractmethod

from devise_core.vectors import Floats
from devise_core.vision.preprocess import Pixels

OUTPUTS = ("features", "embedding")
"""The names of the outputs of a model, in the order in which ``run`` returns them."""


class ModelRuntime(ABC):
    """A loaded model with the library that runs it.

    Attributes:
        size: The side, in pixels, of the square images that the model takes.
        exhausted: The errors that ``run`` raises if there is not enough memory.
    """

    size: int
    exhausted: tuple[type[Exception], ...] = (MemoryError,)

    @abstractmethod
    def run(self, pixels: Pixels) -> tuple[Floats, Floats]:
        """Return the features and the unit embeddings of images.

        Args:
            pixels: The images, ``uint8 (n, size, size, 3)``.

        Returns:
            The features ``float32 (n, f)``, and the unit embeddings ``float32 (n, d)``.
        """
