"""Damaged and malicious files of a model folder, and a count of what they do to the library.

Run ``python -m benchmarks.model_mutations``. It does for all files of a model what
``benchmarks.mutations`` does for a collection.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.mutations import copy_of, parsed, try_mutations
from devise_core.engine import load_engine
from devise_core.storage.manifest import NAME, Manifest
from devise_core.storage.paths import BUNDLED_ARTIFACTS


def use_model(folder: Path) -> None:
    """Load a model folder and do with it what the pages do. No error is caught."""
    engine = load_engine(folder, "stamps")
    for text in ("dog", "a black dogg on the grass -cat", "bat", "hund", "king - man + woman"):
        query = engine.query(text)
        engine.hits(engine.matches(query).ranking[:5])
        engine.similar_words(query)
        engine.found_by_caption(query)
        engine.suggest(text)
    encoded = engine.encoded(0)
    engine.names(encoded)
    engine.label_encoded(encoded)
    engine.shown_words([0])
    engine.word_path("dog", "violin")
    engine.results  # noqa: B018  it is read from a file
    if (folder / "model.keras").stat().st_nlink == 1:  # a mutation, since the copies are hard links
        engine.encoder.load()


def main() -> None:
    """Try mutations of every file of the bundled model, and print how they ended."""
    options = parsed(__doc__, 1_000)
    with tempfile.TemporaryDirectory() as temporary:
        source = copy_of(BUNDLED_ARTIFACTS, Path(temporary) / "source")
        names = [NAME, *(name for name in Manifest.read(source).files if (source / name).is_file())]
        try_mutations(source, use_model, Path(temporary), names, options)


if __name__ == "__main__":
    main()
