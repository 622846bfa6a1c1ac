"""The paths of the files of a model and of a collection."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from devise_core import installation
from devise_core.errors import SettingsError
from devise_core.settings import folder, variable

REPOSITORY, IN_CHECKOUT = installation.REPOSITORY, installation.IN_CHECKOUT


def _bundled(part: str) -> Path:
    if IN_CHECKOUT:
        return REPOSITORY / part
    from importlib.resources import files

    return Path(str(files("devise_core") / "bundled" / part))


BUNDLED_ARTIFACTS = _bundled("artifacts")
APP = REPOSITORY if IN_CHECKOUT else _bundled("app")
"""The folder with ``streamlit_app.py``."""


@dataclass(frozen=True)
class ArtifactLayout:
    """The files of a model in the folder ``root``, and the collections that come with it."""

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
    head_labels = property(lambda self: self.root / "head_labels.npy")
    naming = property(lambda self: self.root / "naming.tsv")
    naming_vectors = property(lambda self: self.root / "naming_vectors.npy")
    noun_senses = property(lambda self: self.root / "noun_senses.npy")
    abstract_words = property(lambda self: self.root / "abstract_words.txt")
    foreign_nouns = property(lambda self: self.root / "foreign_nouns.tsv")
    coverage = property(lambda self: self.root / "coverage.csv")
    near_miss = property(lambda self: self.root / "near_miss.csv")
    senses = property(lambda self: self.root / "senses.csv")
    sense_vectors = property(lambda self: self.root / "sense_vectors.npy")
    person = property(lambda self: self.root / "person.npy")
    noun_concepts = property(lambda self: self.root / "noun_concepts.npy")
    word_concepts = property(lambda self: self.root / "word_concepts.npy")
    scorer = property(lambda self: self.root / "scorer.npz")
    phrase_projection = property(lambda self: self.root / "phrase_projection.npz")
    results = property(lambda self: self.root / "results.json")
    history = property(lambda self: self.root / "history.json")
    collections = property(lambda self: self.root / "collections")
    opened = property(
        lambda self: (
            self.root / "manifest.json",
            self.words,
            self.word_vectors,
            self.word_scales,
            self.nouns,
            self.noun_vectors,
            self.directions,
        )
    )
    """The files that are read when a model is opened. If one of them changes, a server opens the model again."""


@dataclass(frozen=True)
class CollectionLayout:
    """The files of a collection in the folder ``root``."""

    root: Path

    items = property(lambda self: self.root / "items.csv")
    item_table = property(lambda self: self.root / "items.sqlite")
    images = property(lambda self: self.root / "images")
    embeddings = property(lambda self: self.root / "embeddings.npy")
    features = property(lambda self: self.root / "features.npy")
    score_vectors = property(lambda self: self.root / "score_vectors.npy")
    embedding_index = property(lambda self: self.root / "embeddings.ann")
    feature_index = property(lambda self: self.root / "features.ann")
    partitions = property(lambda self: self.root / "partitions.npy")
    embedding_scan = property(lambda self: self.root / "embeddings.scan")
    score_scan = property(lambda self: self.root / "score_vectors.scan")
    looks = property(lambda self: self.root / "looks.scan")
    projections = property(lambda self: self.root / "projections.npz")
    captions = property(lambda self: self.root / "captions.sqlite")
    levels = property(lambda self: self.root / "levels.npz")
    skipped = property(lambda self: self.root / "skipped.txt")
    opened = property(
        lambda self: (
            self.root / "manifest.json",
            self.items,
            self.item_table,
            self.embeddings,
            self.features,
            self.score_vectors,
            self.embedding_index,
            self.feature_index,
            self.projections,
        )
    )


INDEXING_CACHE = ".cache"
"""The folder beside the user's collections in which ``index`` keeps what it can use again, in files named after the collections."""


def artifacts_folder() -> Path:
    """Return the folder of the model in use. It is ``SEMBLANCE_ARTIFACTS`` if that is set, otherwise the bundled folder."""
    return folder("artifacts") or BUNDLED_ARTIFACTS


def user_collections() -> Path:
    """Return the folder of the collections that the user has indexed.

    It is ``SEMBLANCE_COLLECTIONS`` if that is set, ``collections/`` in a checkout, and otherwise the platform's folder for user
    data, such as ``~/.local/share/semblance/collections`` on Linux.

    Raises:
        SettingsError: The setting is not set, and the user has no home folder.
    """
    if (known := known_user_collections()) is None:
        raise SettingsError(
            "The user of this process has no home folder, so there is no folder for collections. "
            f"Set {variable('collections')} to a folder."
        )
    return known


def known_user_collections() -> Path | None:
    """Return what ``user_collections`` returns, or None if the user has no home folder."""
    if (chosen := folder("collections")) or IN_CHECKOUT:
        return chosen or REPOSITORY / "collections"
    from platformdirs import user_data_path

    data = _in_home(user_data_path)
    return data / "collections" if data else None


def default_cache() -> Path:
    """Return the folder for files that later runs can reuse: ``build-cache/`` in a checkout, or the user's cache folder.

    For a user without a home folder, it is ``semblance-cache/`` in the current folder.
    """
    if IN_CHECKOUT:
        return REPOSITORY / "build-cache"
    from platformdirs import user_cache_path

    return _in_home(user_cache_path) or Path("semblance-cache")


def _in_home(path_for: Callable[..., Path]) -> Path | None:
    """Return a folder of the user, or None without a home folder, as in a container whose user id has no entry in passwd."""
    try:
        path = path_for("semblance", appauthor=False)
    except RuntimeError:
        return None
    return None if path.parts[:1] == ("~",) else path  # what an older platformdirs returns


def can_be_path(text: str) -> bool:
    """Return whether a file of this system could have the path ``text``."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def is_inside(name: str) -> bool:
    """Return whether ``name`` is a relative path that does not lead out of its folder, on POSIX systems and on Windows."""
    paths = (PurePosixPath(name), PureWindowsPath(name))
    leaves = any(path.anchor or ".." in path.parts for path in paths)
    return bool(name) and "\0" not in name and not leaves


def leads_out(path: Path, folder: Path) -> bool:
    """Return whether a path below ``folder`` leads out of this folder by a link.

    The path is only resolved if one of its parts is a link. Resolving every path takes several times as long, and a page checks
    each of its images.

    Args:
        path: A path that begins with ``folder`` and has no "..".
        folder: The folder.
    """
    below = path
    while below != folder:
        if below.is_symlink():
            return not path.resolve().is_relative_to(folder.resolve())
        below = below.parent
    return False


def stamp(files: Iterable[Path]) -> tuple[tuple[int, ...], ...]:
    """Return a value that changes when any of ``files`` is written, replaced or deleted."""
    return tuple(_stamp(file) for file in files)


def _stamp(file: Path) -> tuple[int, ...]:
    try:
        status = file.stat()
    except OSError:
        return ()
    return (status.st_ino, status.st_size, status.st_mtime_ns)
