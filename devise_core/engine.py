"""The engine: everything a page or a command does with images and words goes through it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from operator import is_
from pathlib import Path

from devise_core.collections.base import Collection
from devise_core.collections.empty import EmptyCollection
from devise_core.collections.finding import find_collections
from devise_core.collections.folder import FolderCollection
from devise_core.collections.milvus.collection import MilvusCollection
from devise_core.collections.milvus.names import PREFIX
from devise_core.collections.opening import collection_names, default_collection, open_collection
from devise_core.errors import ArtifactError, CollectionError, DeviseError, OtherModelError, shown_value
from devise_core.search.model_parts import ModelParts
from devise_core.settings.environment import READ_WITH_MODEL, value_of
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout, CollectionLayout, artifacts_folder, can_be_path, stamp
from devise_core.text.opening import open_text_encoder
from devise_core.text.phrase_encoder import configured_phrase_encoder
from devise_core.text.word_filter import configured_word_filter
from devise_core.verbs.base import By, Images
from devise_core.verbs.batch import BatchVerbs
from devise_core.verbs.figures import FigureVerbs
from devise_core.verbs.groups import GroupVerbs
from devise_core.verbs.heat import HeatVerbs
from devise_core.verbs.labels import WordSet
from devise_core.verbs.paths import PathVerbs
from devise_core.verbs.shown import ShownVerbs
from devise_core.verbs.words import WordVerbs
from devise_core.vision.image_encoder import KerasImageEncoder

__all__ = ["By", "Engine", "Images", "WordSet", "default_collection", "load_any_engine", "load_engine", "open_collection"]


class Engine(PathVerbs, BatchVerbs, GroupVerbs, ShownVerbs, WordVerbs, HeatVerbs, FigureVerbs):
    """A model over one collection of images.

    ``load_engine`` makes an engine, and ``on`` returns an engine with the same model over another collection. The constructor
    takes any text encoder and image encoder whose vectors are in the same space. For your own encoders, pass the
    ``ArtifactLayout`` and the ``Manifest`` of a new folder, not those of an existing model. The other files of a model, such as its
    classifier, fit only the encoders of that model.

    Threads may share an engine. Their searches run at the same time, but calls to the image model run one after another. An
    engine that ``load_engine`` made over a folder can be pickled. A worker process opens the files again, and all engines that it
    unpickles share the model. At the end of a ``with`` block, an engine frees its image model.

    Example:
        >>> from devise_core import load_engine
        >>> engine = load_engine()
        >>> engine.search_text("violin", k=1)[0].name
        'violin'
    """

    _opened: tuple[object, ...] = ()
    """The text encoder, the image encoder and the parts, if they come from the files of the model."""

    def __repr__(self) -> str:
        """Return the folder of the model, and the name of the collection with the number of its images."""
        name, count = self.collection.name, len(self.collection)
        return f"{type(self).__name__}(model={str(self.layout.root)!r}, collection={name!r}, images={count})"

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the memory of the image model, which the engines from ``on`` share. The next image loads the model again.

        Example:
            >>> with load_engine(collection="stamps") as temporary:
            ...     word = temporary.label_image(temporary.collection.picture(temporary.collection.row("dog")), k=1)[0].word
            >>> word, temporary.encoder.ready
            ('dog', False)
        """
        self.encoder.close()

    def __reduce__(self) -> tuple[object, ...]:
        """Let pickle record only the folders of the model and the collection. Unpickling opens both again."""
        folder = self.collection.layout.root if isinstance(self.collection, FolderCollection) else None
        used = (self.text, self.encoder, self.parts)
        is_opened = type(self) is Engine and len(self._opened) == len(used) and all(map(is_, used, self._opened))
        if not is_opened or (folder is None and len(self.collection)):
            raise TypeError(
                "This engine cannot be pickled, because load_engine cannot open its model and its images again from folders. "
                "Make it again in each process."
            )
        return _opened_again, (self.layout.root, folder)

    def collections(self) -> dict[str, Path]:
        """Return the folder of every collection that the engine can open by name, as a dict from name to folder.

        Example:
            >>> sorted(name for name in engine.collections() if name in ("photos", "stamps"))
            ['photos', 'stamps']
        """
        return find_collections(self.layout.root)

    def on(self, collection: str | Path | Collection) -> Engine:
        """Return an engine with the same model over another collection.

        Args:
            collection: A name, a folder, ``milvus:NAME``, or an opened collection, whose model is not checked.

        Returns:
            The engine. It shares the image model of this engine.

        Raises:
            CollectionError: If there is no such collection, or it was made with another model.
            ArtifactError: If a file of the collection is damaged, or its vectors have another dimension than the text encoder.

        Example:
            >>> engine.on("photos").search_text("bridge", k=1)[0].category
            'monuments'
        """
        if not isinstance(collection, str | os.PathLike | Collection):
            raise CollectionError(
                f"A collection is a name, a folder or an opened collection. Received: {type(collection).__name__}."
            )
        if isinstance(collection, str) and not collection.strip():
            raise CollectionError("The name of the collection is empty. Choose one of the names that Engine.collections() returns.")
        if isinstance(collection, str) and collection.startswith(PREFIX):
            collection = MilvusCollection.open(collection, self.model_id)
        elif not isinstance(collection, Collection):
            collection = open_collection(collection, self.layout, self.model_id)
        engine = Engine(self.layout, self.manifest, self.text, self.encoder, collection, self.parts)
        engine._opened = self._opened
        return engine


def load_engine(artifacts: str | Path | None = None, collection: str | Path | None = None) -> Engine:
    """Open a model and a collection.

    Files are checked against the manifest when they are first opened, large ones only in part. The image encoder is loaded when an
    image needs it. Unsuitable words are never offered as labels or similar words. ``SEMBLANCE_WORD_LIST`` names a file that adds
    words to the bundled list of unsuitable words, or allows some of them. If ``SEMBLANCE_PHRASE_ENCODER`` names a folder, the
    phrase encoder in it reads queries of several words.

    Args:
        artifacts: The model's folder. By default ``SEMBLANCE_ARTIFACTS``, or the bundled model.
        collection: A name, a folder or ``milvus:NAME``. By default the first collection that was made with the model. A model
            without a collection still names images and compares words.

    Raises:
        ArtifactError: If a file is missing or damaged. The message names the file and says how to restore it.
        SettingsError: If the file of ``SEMBLANCE_WORD_LIST`` or the folder of ``SEMBLANCE_PHRASE_ENCODER`` cannot be read.
        CollectionError: If there is no such collection, or it was made with another model.

    Example:
        >>> load_engine(collection="photos").collection.name
        'photos'
    """
    engine = _without_collection(artifacts)
    if collection is not None:
        return engine.on(collection)
    for name in collection_names(engine.layout):
        with suppress(OtherModelError):
            return engine.on(name)
    return engine


def load_any_engine(
    artifacts: str | Path | None = None, open_on: Callable[[Engine, str], Engine] = lambda engine, name: engine.on(name)
) -> Engine:
    """Open a model over the first collection that opens, so that a server starts even if some collections are damaged.

    A model without a collection is opened over an ``EmptyCollection``.

    Args:
        artifacts: The folder of the model, by default the configured one.
        open_on: Opens a collection by name, and raises the same errors as ``Engine.on``. A server passes a function that has a
            time limit.

    Raises:
        ArtifactError: If the model is damaged. If no collection opens, the error of the first collection is raised, which can also
            be an ``ArtifactError``.
        CollectionError: The error of the first collection, if none opens. Collections of another model cause no error.
    """
    engine = _without_collection(artifacts)
    errors: list[DeviseError] = []
    for name in collection_names(engine.layout):
        try:
            return open_on(engine, name)
        except OtherModelError:
            continue
        except (ArtifactError, CollectionError) as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return engine


def _opened_again(artifacts: Path, collection: Path | None) -> Engine:
    """Open a pickled engine. The tasks of a worker process share the model, which would otherwise be loaded for each task."""
    model = _model_again(artifacts, (stamp(ArtifactLayout(artifacts).opened), *map(value_of, READ_WITH_MODEL)))
    return _engine_again(model, collection, stamp(CollectionLayout(collection).opened)) if collection else model


@lru_cache(maxsize=2)
def _model_again(artifacts: Path, version: object) -> Engine:  # noqa: ARG001  changed files are opened again
    return _without_collection(artifacts)


@lru_cache(maxsize=8)
def _engine_again(model: Engine, collection: Path, version: object) -> Engine:  # noqa: ARG001  as above
    return model.on(collection)


def _without_collection(artifacts: str | Path | None) -> Engine:
    if artifacts is not None and not isinstance(artifacts, str | os.PathLike):
        raise ArtifactError(f"The model is the path of a folder. Received: {type(artifacts).__name__}.")
    if artifacts and not can_be_path(str(artifacts)):
        raise ArtifactError(f"{shown_value(str(artifacts))} is not the path of a folder. Check the path of the model.")
    layout = ArtifactLayout(Path(artifacts) if artifacts else artifacts_folder())
    manifest = Manifest.read(layout.root)
    word_filter = configured_word_filter()
    text = open_text_encoder(layout, manifest.verified, word_filter=word_filter)
    phrase_encoder = configured_phrase_encoder()
    parts = ModelParts(layout, manifest, text, word_filter, phrase_encoder)
    encoder = KerasImageEncoder(layout.model, manifest)
    engine = Engine(layout, manifest, text, encoder, EmptyCollection(), parts)
    engine._opened = (text, encoder, parts)
    return engine
