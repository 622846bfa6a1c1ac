"""The indexes by name."""

from __future__ import annotations

from devise_core.errors import ArtifactError
from devise_core.search.annoy_index import AnnoyIndex
from devise_core.search.exact_index import ExactIndex
from devise_core.search.index import Index
from devise_core.search.scan_index import ScanIndex

INDEXES: dict[str, type[Index]] = {index.name: index for index in (ExactIndex, AnnoyIndex, ScanIndex)}
"""Add an ``Index`` here to let collections use it."""

EXACT_UP_TO = 20_000
"""Up to this many vectors the exact index answers as fast as Annoy, and it misses nothing (benchmarks/index.py)."""


def default_index(count: int) -> str:
    """Return the name of the index of a collection whose manifest names none.

    New collections of up to ``EXACT_UP_TO`` images have this index too. Larger ones are written with ``ScanIndex``. A large
    collection without a name was written by an earlier version, with Annoy.

    Args:
        count: The number of vectors.
    """
    return ExactIndex.name if count <= EXACT_UP_TO else AnnoyIndex.name


def index_type(name: str) -> type[Index]:
    """Return the index called ``name``.

    Raises:
        ArtifactError: There is no such index.
    """
    if name not in INDEXES:
        raise ArtifactError(f"There is no index “{name}” (known: {', '.join(INDEXES)}). Make the collection again.")
    return INDEXES[name]
