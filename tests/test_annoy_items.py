"""An Annoy forest is refused if the vector of an item, or its stored length, is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devise_core.errors import ArtifactError
from devise_core.search.annoy_index import AnnoyIndex
from tests.fakes import unit_rows


@pytest.mark.parametrize("number", [np.nan, np.inf, 1e30, -1e30])
@pytest.mark.parametrize("place", [1, 5], ids=["the square of the length", "the vector"])
def test_an_item_whose_vector_has_not_length_1_is_refused(place: int, number: float, tmp_path: Path) -> None:
    vectors, path = unit_rows(400, 12), tmp_path / "forest.ann"
    AnnoyIndex.build(vectors, path)
    AnnoyIndex.open(vectors, path)
    nodes = np.fromfile(path, dtype=np.int32).reshape(-1, 3 + 12)
    nodes[7, place : place + 1].view(np.float32)[0] = number
    nodes.tofile(path)
    with pytest.raises(ArtifactError, match=r"forest.ann is damaged .*length 1\). Make the collection again"):
        AnnoyIndex.open(vectors, path)
