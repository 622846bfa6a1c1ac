"""A scikit-learn transformer: images in, embeddings out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags

from devise_core.errors import ImageError
from devise_core.settings.environment import READ_WITH_MODEL, value_of
from devise_core.vectors import Floats
from devise_core.vision.image_sources import ImageInput, check_several

if TYPE_CHECKING:
    from devise_core.engine import Engine


Images = Sequence[ImageInput] | npt.NDArray[Any]
"""A list of images, or an array or a pandas column of paths."""


class ImageEmbedder(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Turns images into embeddings, as a step of a scikit-learn pipeline.

    The embedder learns nothing, so ``fit`` only notes the number of columns. The model is opened on first use. All embedders of a
    process with the same ``artifacts`` share the model, which is opened again if a setting that it depends on has changed. Each
    sample is an image as ``Engine.search_image`` takes it.

    Args:
        artifacts: The model's folder. By default the one that ``SEMBLANCE_ARTIFACTS`` names, else the bundled model.
        output: "embedding" for embeddings in the space of words, which say what an image shows, or "features" for the backbone's
            features, which say how it looks.
        progress: Whether to show a progress bar.

    Example:
        >>> from sklearn.linear_model import LogisticRegression
        >>> from sklearn.pipeline import make_pipeline
        >>> music, animal = (engine.collection.picture(engine.collection.row(item)) for item in ("violin", "dog"))
        >>> classifier = make_pipeline(ImageEmbedder(), LogisticRegression()).fit([music, animal], ["music", "animal"])
        >>> classifier.predict([animal]).tolist()
        ['animal']
    """

    def __init__(self, artifacts: str | Path | None = None, *, output: str = "embedding", progress: bool = False) -> None:
        self.artifacts, self.output, self.progress = artifacts, output, progress

    def fit(self, X: Images, y: Any = None) -> ImageEmbedder:  # noqa: ARG002  scikit-learn's names
        """Check the parameters and the number of images.

        Args:
            X: The images, at least one. The first image is encoded if ``output`` is "features".
            y: Ignored.

        Returns:
            This embedder.

        Raises:
            ValueError: A parameter is out of range, or there is no image.
            ImageError: An image cannot be read, or ``X`` is not a list of images.
        """
        self._check(X)
        engine = self._engine()
        width = engine.text.dimension
        self.n_outputs_ = width if self.output == "embedding" else engine.encode(next(iter(X))).features.shape[1]
        return self

    def transform(self, X: Images) -> Floats:
        """Return the embeddings as unit rows ``float32 (n, d)``, or the features ``(n, f)`` if ``output`` is "features".

        Args:
            X: ``n`` images, at least one.

        Raises:
            ImageError: An image cannot be read, or ``X`` is not a list of images.
        """
        self._check(X)
        engine = self._engine()
        if self.output == "embedding":
            return engine.embed_images(list(X), progress=self.progress)
        return np.concatenate([batch.features for batch in engine.encoder.encode_many(list(X))])

    def get_feature_names_out(self, input_features: Any = None) -> Any:  # noqa: ARG002
        """Return the names of the columns ``(d,)``, for ``set_output``.

        Args:
            input_features: Ignored.
        """
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(self)
        return np.asarray([f"{self.output}_{number}" for number in range(self.n_outputs_)], dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_outputs_")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.no_validation = True
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags

    def _check(self, images: Any) -> None:
        if self.output not in ("embedding", "features"):
            raise ValueError(f"output must be embedding or features. Received: {self.output!r}.")
        if isinstance(images, str | bytes) or not hasattr(images, "__len__"):
            raise ImageError(f"Give a list of images. Received: {type(images).__name__}.")
        if isinstance(images, np.ndarray) and images.ndim == 3:  # not for 2, because scikit-learn's checks pass tables of numbers
            check_several(images)
        if not len(images):
            raise ValueError("Found array with 0 samples. Give at least one image.")

    def _engine(self) -> Engine:
        key = (None if self.artifacts is None else str(self.artifacts), *map(value_of, _READ_WITH_ENGINE))
        if key not in _ENGINES:
            from devise_core.engine import load_engine

            _ENGINES[key] = load_engine(self.artifacts)
        return _ENGINES[key]


_READ_WITH_ENGINE = ("artifacts", *READ_WITH_MODEL)
_ENGINES: dict[tuple[str | None, ...], Engine] = {}
"""The open models, by the folder and the settings that each was opened with.

The models are not attributes of an embedder, so that an embedder can be cloned and pickled.
"""
