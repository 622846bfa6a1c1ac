"""The measured results of the model, and the losses of its training."""

from __future__ import annotations

from devise_core.results import Results, read_losses, read_results
from devise_core.verbs.base import EngineBase


class FigureVerbs(EngineBase):
    """The verbs that read the figures stored with the model. They need no collection."""

    def results(self) -> Results | None:
        """Return the results that ``evaluate --out`` measured for the model, or None if it was not measured.

        Raises:
            ArtifactError: The file of results is damaged.

        Example:
            >>> engine.results().remark(engine.model_id)  # empty, as this model was measured and no other
            ''
        """
        return read_results(self.layout.results)

    def losses(self) -> dict[str, list[float]]:
        """Return the loss curves of the training: the name of each curve → the mean loss after each epoch.

        Raises:
            ArtifactError: The file of the curves is missing or damaged.

        Example:
            >>> [(name, len(losses), losses[-1] < losses[0]) for name, losses in engine.losses().items()][0]
            ('random seed 7', 12, True)
        """
        return read_losses(self.layout, self.manifest)
