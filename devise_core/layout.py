"""Where every file stands, and how a folder is written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
BUNDLED_ARTIFACTS = REPOSITORY / "artifacts"
_STAGED, _REPLACED = ".staged-", ".replaced-"


@dataclass(frozen=True)
class ArtifactLayout:
    """The files of a model: ``words``, ``nouns``, ``model`` and the collections that came with it."""

    root: Path

    model = property(lambda self: self.root / "model.keras")
    words = property(lambda self: self.root / "words.txt")
    word_vectors = property(lambda self: self.root / "word_vectors.npy")
    word_scales = property(lambda self: self.root / "word_scales.npy")
    nouns = property(lambda self: self.root / "nouns.txt")
    noun_vectors = property(lambda self: self.root / "noun_vectors.npy")
    directions = property(lambda self: self.root / "common_directions.npy")
    labels = property(lambda self: self.root / "labels.csv")
    label_vectors = property(lambda self: self.root / "label_vectors.npy")
    classifier = property(lambda self: self.root / "classifier.npy")
    results = property(lambda self: self.root / "results.json")
    history = property(lambda self: self.root / "history.json")
    collections = property(lambda self: self.root / "collections")
    opened = property(lambda self: (self.root / "manifest.json", self.words, self.word_vectors, self.word_scales, self.nouns,
                                    self.noun_vectors, self.directions))
    """What is read before the first picture."""


@dataclass(frozen=True)
class CollectionLayout:
    """The files of a collection of pictures."""

    root: Path

    items = property(lambda self: self.root / "items.csv")
    images = property(lambda self: self.root / "images")
    embeddings = property(lambda self: self.root / "embeddings.npy")
    features = property(lambda self: self.root / "features.npy")
    embedding_index = property(lambda self: self.root / "embeddings.ann")
    feature_index = property(lambda self: self.root / "features.ann")
    projections = property(lambda self: self.root / "projections.npz")
    opened = property(lambda self: (self.root / "manifest.json", self.items, self.embeddings, self.features, self.embedding_index,
                                    self.feature_index, self.projections))


def artifacts_folder() -> Path:
    """The folder of the model in use: ``DEVISE_ARTIFACTS`` where it is set, else the bundled one."""
    return Path(os.environ.get("DEVISE_ARTIFACTS") or BUNDLED_ARTIFACTS)


def own_collections() -> Path:
    """Where collections of your own pictures go: ``DEVISE_COLLECTIONS`` where set, else ``collections/`` in the checkout."""
    return Path(os.environ.get("DEVISE_COLLECTIONS") or REPOSITORY / "collections")


def stamp(files: Iterable[Path]) -> tuple[tuple[int, ...], ...]:
    """Another one once a file was written, replaced or taken away."""
    return tuple(_stamp(file) for file in files)


def _stamp(file: Path) -> tuple[int, ...]:
    try:
        found = file.stat()
    except OSError:
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def is_unfinished(folder: Path) -> bool:
    """Whether ``folder`` is a leftover of an interrupted write."""
    return folder.name.startswith((_STAGED, _REPLACED))


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``folder``; when the block ends well it takes that folder's place, else it vanishes."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=f"{_STAGED}{folder.name}-", dir=folder.parent))
    try:
        yield staged
        staged.chmod(0o755)
        replaced = folder.with_name(_REPLACED + folder.name)
        shutil.rmtree(replaced, ignore_errors=True)
        if folder.exists():
            folder.rename(replaced)
        staged.rename(folder)
        shutil.rmtree(replaced, ignore_errors=True)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def restore_interrupted(parent: Path) -> None:
    """Bring back the old folder where a process died between moving it away and moving the new one in."""
    for replaced in parent.glob(_REPLACED + "*"):
        folder = parent / replaced.name.removeprefix(_REPLACED)
        if not folder.exists():
            with suppress(OSError):  # another process was first, or nothing can be written here
                replaced.rename(folder)


@contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; when the block ends well it is renamed over it, else it vanishes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays at the end: numpy and Keras choose a format by it.
    staged = path.with_name(f"{_STAGED}{os.getpid()}-{path.name}")
    try:
        yield staged
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
