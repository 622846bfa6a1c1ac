"""The indexes of a collection in Milvus: which one a part has, and how a search uses it."""

from __future__ import annotations

from devise_core.collections.contract import WINDOW

EXACT, CELLS, GRAPH = "FLAT", "IVF_SQ8", "HNSW"
"""Names of Milvus's indexes. The first compares all vectors. The second groups similar vectors into cells and stores one byte for
each number. The third links similar vectors in a graph."""
EXACT_LOOKS_UP_TO, WITHOUT_GRAPH_UP_TO = 20_000, 200_000
"""With more images than the first number, the looks have cells. With more than the second, both parts have a graph. In Milvus 2.3 a
graph loses results if a filter leaves out most of the nearest images. Cells lose hardly any if all of them are compared
(``python -m benchmarks.milvus``)."""
INDEX_PARAMETERS = {CELLS: {"nlist": 128}, GRAPH: {"M": 32, "efConstruction": 200}}
"""The exact index has none. ``python -m benchmarks.milvus`` prints the recall with them."""
LOOKED_AT, LOOKED_AT_BY_FILTERS = 1_024, 4_096
"""``ef`` of a search of the graph, or twice the number of results if that is more. A larger value finds more, and takes longer."""
NEAREST_CELLS = 32
"""How many cells a search compares that has no filter and asks for up to ``LOOKED_AT`` images. Other searches compare all cells,
because the images that satisfy a filter can be in any of them."""


def indexes_for(count: int, is_file: bool) -> tuple[str, str]:
    """Return the names of the index for text searches and of the one for the looks, for a collection of ``count`` images.

    Args:
        count: The number of images.
        is_file: Whether the collection is in a file of Milvus Lite, whose other indexes miss images.
    """
    if is_file:
        return EXACT, EXACT
    if count > WITHOUT_GRAPH_UP_TO:
        return GRAPH, GRAPH
    return EXACT, CELLS if count > EXACT_LOOKS_UP_TO else EXACT


def parameters_of(index: str, has_filter: bool, end: int) -> dict[str, float]:
    """Return the parameters of a search.

    Args:
        index: The index that the search uses.
        has_filter: Whether the images must satisfy a condition.
        end: How many of the nearest images the search asks for.
    """
    if index == EXACT:
        return {}
    if index == CELLS:
        return {"nprobe": INDEX_PARAMETERS[CELLS]["nlist"] if has_filter or end > LOOKED_AT else NEAREST_CELLS}
    return {"ef": min(2 * WINDOW, max(LOOKED_AT_BY_FILTERS if has_filter else LOOKED_AT, 2 * end))}
