"""Find the regions of an image on which its cosine with a query depends."""

from __future__ import annotations

from devise_core.text.query import Query
from devise_core.verbs.base import EngineBase, Images
from devise_core.vision.image_sources import ImageInput
from devise_core.vision.occlusion import Heat, Regions, regions


class HeatVerbs(EngineBase):
    """The verbs behind heat maps."""

    def heat(self, image: ImageInput, text: str | Query, pictures: Images | None = None) -> Heat:
        """Find the regions of an image on which its cosine similarity with a query depends.

        Args:
            image: A path, bytes, an open file, pixels ``uint8 (h, w, 3)``, a ``PIL.Image``, or a URL if allowed.
            text: A query, as text or as ``query`` returns it.
            pictures: Images that the query names, as the argument ``images`` of ``query``.

        Returns:
            The largest loss of cosine from blurring one region, and the loss of each region as a fraction of the largest loss,
            ``float32 (rows, columns)``.

        Raises:
            ImageError: If the image cannot be read.
            QueryError: If the query cannot be read.
            UnknownWordError: If no word to look for is known.

        Example:
            >>> violin = engine.collection.picture(engine.collection.row("violin"))
            >>> heat = engine.heat(violin, "violin")
            >>> heat.grid.shape, heat.decides
            ((6, 5), True)
        """
        query = self._as_query(text, pictures)
        return self.regions(image).heat(query.vector, query.text)

    def regions(self, image: ImageInput) -> Regions:
        """Encode the regions of an image, for more than one ``heat``.

        Args:
            image: A path, bytes, an open file, pixels ``uint8 (h, w, 3)``, a ``PIL.Image``, or a URL if allowed.

        Returns:
            The embedding of the image ``(d,)``, and its embeddings with each region blurred in turn ``(rows, columns, d)``.

        Raises:
            ImageError: If the image cannot be read.

        Example:
            >>> regions = engine.regions(engine.collection.picture(engine.collection.row("violin")))
            >>> [round(regions.heat(engine.query(text).vector, text).cosine, 1) for text in ("violin", "sea")]
            [0.9, -0.1]
        """
        return regions(image, self.encoder)
