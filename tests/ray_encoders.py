"""Models that do odd things in the processes of a cluster. They are in a module that these processes can import."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from devise_core.vision.image_encoder import Encoded
from devise_core.vision.preprocess import Pixels
from tests.fakes import ColourEncoder


class KilledOnce(ColourEncoder):
    """Ends its process with signal 9 at the first batch, unless the file ``mark`` exists."""

    def __init__(self, mark: Path) -> None:
        super().__init__()
        self.mark = mark

    def encode_pixels(self, pixels: Pixels) -> Encoded:
        if not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_pixels(pixels)


class OtherModel(ColourEncoder):
    """Has a different id in each process."""

    def load(self) -> None:
        self.model_id = f"model of {os.getpid()}"
