"""A collection whose features are not as long as those of the model is refused wherever its features are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.mutations import copy_of
from devise_core.engine import Engine
from devise_core.errors import DeviseError
from devise_core.storage.manifest import NAME, Manifest


def test_features_of_another_length_are_refused_by_all_that_read_them(engine: Engine, tmp_path: Path) -> None:
    copy = copy_of(engine.collections()["photos"], tmp_path / "copy")
    path, manifest = copy / "features.npy", Manifest.read(copy)
    rows = np.load(path)
    path.unlink()
    np.save(path, rows[:, :640])
    manifest.add(path, "a test")
    (copy / NAME).unlink()
    manifest.write()
    opened = engine.on(copy)
    encoded, other = opened.encoded(0), engine.encoded(0)
    for read in (
        lambda: opened.names(encoded),
        lambda: opened.label_encoded(encoded),
        lambda: opened.shown_words([0]),
        lambda: opened.matches(opened.query("dog")),
        lambda: opened.search_encoded(other, by="visual"),
    ):
        with pytest.raises(DeviseError, match="features .*Make the collection again"):
            read()
