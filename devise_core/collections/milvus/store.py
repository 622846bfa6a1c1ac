"""The methods of ``Store`` (``collections/contract.py``) for a collection in Milvus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from devise_core.collections.contract import WINDOW, About, Compared, Count, Scored, Store
from devise_core.collections.milvus.connection import READ, SECONDS, MilvusConnection, version_shown
from devise_core.collections.milvus.expressions import expression, literal, one_of
from devise_core.collections.milvus.facts import about_of, read_beginning, read_facts
from devise_core.collections.milvus.indexes import EXACT, parameters_of
from devise_core.collections.milvus.names import Version, name_of
from devise_core.collections.milvus.schema import FORMAT, ITEM_FIELDS, LOOKS, SCORE, item_of
from devise_core.collections.milvus.thumbnails import Thumbnails
from devise_core.datatypes import Item
from devise_core.errors import CollectionError, OtherModelError, QueryError, shortened
from devise_core.installation import PROGRAM
from devise_core.search.conditions import EVERYTHING, Condition
from devise_core.vectors import Floats

AT_A_TIME = 1_000
_MARGIN = 1e-5
"""A range search in Milvus leaves out values equal to the bound, and values are rounded. So the bound is lower by this margin."""


class MilvusStore(Store):
    """A version of a collection in Milvus.

    Text searches are exact for up to 200,000 images, and searches by appearance for up to 20,000 images. Larger collections have
    approximate indexes (``indexes.py``). A graph finds 99 of the 100 nearest images if there is no filter
    (``python -m benchmarks.milvus``).

    Args:
        connection: The server.
        version: The version to read.
        noted: The facts that ``read_beginning`` returns for the version.
        pictures: The folder of the thumbnails. By default the configured one.
    """

    def __init__(
        self, connection: MilvusConnection, version: Version, noted: Mapping[str, Any], pictures: Path | None = None
    ) -> None:
        self.connection, self.version, self._noted = connection, version, noted
        self.name = name_of(version.alias)
        self.thumbnails = Thumbnails(version.alias, pictures)

    @classmethod
    def open(cls, name: str, connection: MilvusConnection | None = None, model_id: str = "", pictures: Path | None = None) -> Self:
        """Open the version of a collection that readers see now.

        Args:
            name: The name of the collection.
            connection: The server. By default the configured one.
            model_id: ``ImageEncoder.model_id`` of the model that the vectors must come from. Empty for any model.
            pictures: The folder of the thumbnails. By default the configured one.

        Returns:
            The version, ready to be searched.

        Raises:
            CollectionError: There is no such collection, it was made by another release of Semblance, or Milvus does not answer.
            OtherModelError: The vectors come from another model.
        """
        connection = connection or MilvusConnection.configured()
        version = version_shown(connection, name)
        connection.load(version)
        noted = read_beginning(connection, version)
        if noted.get("format") != FORMAT:
            raise CollectionError(
                f"The collection {name} in Milvus was made with another version of Semblance. Make it again with "
                f"`{PROGRAM} index FOLDER --store milvus --name {name}`."
            )
        if model_id and noted.get("model") != model_id:
            raise OtherModelError(
                f"The collection {name} in Milvus was made with another model. Open that model with --artifacts FOLDER (in the "
                "app: SEMBLANCE_ARTIFACTS), or make the collection again for this model with "
                f"`{PROGRAM} index FOLDER --store milvus --name {name}`."
            )
        return cls(connection, version, noted, pictures)

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """What was computed when the version was sealed."""
        return read_facts(self.connection, self.version)

    @property
    def model_id(self) -> str:
        """The id of the model that made the vectors."""
        return str(self._noted["model"])

    @property
    def dimension(self) -> int:
        """The dimension of the embeddings."""
        return int(self._noted["dimension"])

    @property
    def has_score(self) -> bool:
        """Whether the collection stores the vectors of the score."""
        return bool(self._noted.get("parts"))

    def __len__(self) -> int:
        return int(self.facts["count"])

    def __contains__(self, item_id: str) -> bool:
        return self.connection.count(self.version.images, f"id == {literal(item_id)}") > 0

    def about(self) -> About:
        """Return what is known of the collection as a whole."""
        return about_of(self.facts)

    def nearest(
        self,
        vector: Floats,
        k: int,
        *,
        by: Compared = "semantic",
        where: Condition = EVERYTHING,
        least: float | None = None,
        skip: int = 0,
    ) -> list[Scored]:
        """Return the images with the largest inner products, the best first, with one call."""
        if min(k, skip) < 0:
            raise QueryError(f"The number of results and the number to leave out must be 0 or more. Received: {k} and {skip}.")
        end = min(skip + k, WINDOW)
        query = self.query_of(vector, by)
        if end <= skip:
            return []
        hits = self.search(query[None], end - skip, by, where, ["id"], skip=skip)[0]
        return [Scored(str(hit["id"]), float(hit["distance"])) for hit in hits if least is None or hit["distance"] >= least]

    def count(self, where: Condition = EVERYTHING, vector: Floats | None = None, least: float | None = None) -> Count:
        """Return how many images satisfy ``where`` and have at least the cosine ``least``.

        If ``least`` is given, counting stops at ``WINDOW``. The count may be too low if the index is a graph, which can
        miss images.
        """
        if vector is None or least is None:
            return Count(self.connection.count(self.version.images, expression(where)))
        query = self.query_of(vector, "semantic")
        hits = self.search(query[None], WINDOW, "semantic", where, ["id"], least=least)[0]
        count = sum(hit["distance"] >= least for hit in hits)
        return Count(count, exact=count < WINDOW and self.facts["index"] == EXACT)

    def items(self, ids: Sequence[str]) -> list[Item]:
        """Return the items with these ids."""
        return [item_of(row) for row in self._rows(ids, self.version.images, ITEM_FIELDS)]

    def vectors(self, ids: Sequence[str], by: Compared = "semantic") -> Floats:
        """Return the vectors of the images with these ids."""
        if by == "score" and not self.has_score:
            raise CollectionError(f"The collection {self.name} does not store the vectors of the score. Make the collection again.")
        part, field = (self.version.looks, LOOKS) if by == "visual" else (self.version.images, SCORE)
        rows = self._rows(ids, part, ["id", field])
        vectors = np.asarray([row[field] for row in rows], dtype=np.float32).reshape(len(rows), -1)
        return vectors[:, : self.dimension] if by == "semantic" else vectors

    def picture(self, item_id: str) -> Path:
        """Return the thumbnail of an image."""
        return self.thumbnails.path(str(self._rows([item_id], self.version.images, ["id", "thumbnail"])[0]["thumbnail"]))

    def query_of(self, vector: Floats, by: Compared) -> Floats:
        """Return the query vector that Milvus compares. An embedding is padded with zeros to the width of the stored vectors.

        Raises:
            ValueError: ``vector`` has another dimension than the vectors to compare.
        """
        stored = self.width(by)
        expected = self.dimension if by == "semantic" else stored
        if vector.shape != (expected,):
            raise ValueError(f"A query for these vectors has the shape ({expected},). Received: {vector.shape}")
        return np.pad(vector.astype(np.float32), (0, stored - expected))

    def search(
        self,
        queries: Floats,
        k: int,
        by: Compared,
        where: Condition,
        fields: Sequence[str],
        skip: int = 0,
        least: float | None = None,
    ) -> list[list[dict[str, Any]]]:
        """Return each query's nearest images as dictionaries with ``id``, ``distance`` (inner product) and ``entity`` (``fields``).

        Args:
            queries: The vectors ``(q, d)``, as ``query_of`` makes them.
            k: How many images to return for each query.
            by: The vectors to compare.
            where: What the images must satisfy.
            fields: The names of the fields to return.
            skip: How many of the nearest images to leave out.
            least: The least inner product. Images whose inner product is up to ``_MARGIN`` lower may be returned too.
        """
        part, field = (self.version.looks, LOOKS) if by == "visual" else (self.version.images, SCORE)
        index = str(self.facts["looks_index" if by == "visual" else "index"])
        params = parameters_of(index, where != EVERYTHING, skip + k) | ({} if least is None else {"radius": least - _MARGIN})
        client = self.connection.client
        with self.connection.errors():
            matching = client.search(
                part,
                data=list(queries),
                anns_field=field,
                filter="" if where == EVERYTHING else expression(where),
                limit=k,
                offset=skip,
                output_fields=list(fields),
                search_params={"metric_type": "COSINE" if by == "visual" else "IP", "params": params},
                consistency_level=READ,
                timeout=SECONDS,
            )
        return [[dict(hit) for hit in hits] for hits in matching]

    def width(self, by: Compared) -> int:
        """Return the dimension of the stored vectors."""
        return self._widths["visual" if by == "visual" else "score"]

    @cached_property
    def _widths(self) -> Mapping[str, int]:
        """The dimensions of the stored vectors, as read from the first row."""
        images = self.connection.query(self.version.images, "row == 0", [SCORE])
        looks = self.connection.query(self.version.looks, "row == 0", [LOOKS])
        return {"score": len(images[0][SCORE]), "visual": len(looks[0][LOOKS])}

    def _rows(self, ids: Sequence[str], part: str, fields: Sequence[str]) -> list[dict[str, Any]]:
        matching: dict[str, dict[str, Any]] = {}
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), AT_A_TIME):
            rows = self.connection.query(part, one_of("id", wanted[start : start + AT_A_TIME]), fields)
            matching |= {str(row["id"]): row for row in rows}
        if missing := [item_id for item_id in wanted if item_id not in matching]:
            raise CollectionError(
                f"The collection {self.name} has no image “{shortened(missing[0])}”. "
                "Choose one of its images, or another collection."
            )
        return [matching[item_id] for item_id in ids]
