"""The types of index, by name."""

from __future__ import annotations

from devise_core.errors import ArtifactError
from devise_core.search.annoy_index import AnnoyIndex
from devise_core.search.exact_index import ExactIndex
from devise_core.search.index import Index
from devise_core.search.scan_index import ScanIndex

INDEXES: dict[str, type[Index]] = {index.name: index for index in (ExactIndex, AnnoyIndex, ScanIndex)}
"""Add an ``Index`` here to let collections use it."""

EXACT_UP_TO = 20_000
"""With up to this many vectors, the exact index answers as fast as Annoy, and it misses no neighbour (benchmarks/index.py)."""


NEW_INDEX = ExactIndex.name
"""The index of new collections of up to ``EXACT_UP_TO`` images. Larger new collections have a ``ScanIndex``."""


def unnamed_index(count: int) -> str:
    """Return the name of the index of a collection whose manifest does not name an index.

    An earlier version of this library wrote such a collection: with the exact index up to ``EXACT_UP_TO`` images, and else with
    Annoy. So what this function returns must not change.

    Args:
        count: The number of vectors.
    """
    return ExactIndex.name if count <= EXACT_UP_TO else AnnoyIndex.name


def index_type(name: str) -> type[Index]:
    """Return the type of index called ``name``.

    Raises:
        ArtifactError: There is no such index.
    """
    if name not in INDEXES:
        raise ArtifactError(f"There is no index “{name}” (known: {', '.join(INDEXES)}). Make the collection again.")
    return INDEXES[name]
