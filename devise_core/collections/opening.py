"""Open a collection by its name or its folder."""

from __future__ import annotations

import errno
from pathlib import Path

from devise_core.collections.finding import find_collections, unlisted
from devise_core.collections.folder import FolderCollection
from devise_core.collections.image_files import cannot_read
from devise_core.collections.milvus.names import PREFIX
from devise_core.errors import CollectionError, UnknownCollectionError, shortened
from devise_core.installation import PROGRAM
from devise_core.settings import text
from devise_core.storage.paths import ArtifactLayout

DEFAULT_COLLECTION = "photos"


def default_collection() -> str:
    """Return the name of the collection that is shown first: ``SEMBLANCE_DEFAULT_COLLECTION``, or ``photos``."""
    return text("default_collection") or DEFAULT_COLLECTION


def collection_names(layout: ArtifactLayout) -> list[str]:
    """Return the names of the collections of the model and of the user, the default one first."""
    first = default_collection()
    return sorted(find_collections(layout.root), key=lambda name: name != first)


def open_collection(collection: str | Path, layout: ArtifactLayout, model_id: str) -> FolderCollection:
    """Open a collection.

    Args:
        collection: A name, or a folder. Text without a slash is a name if a collection has this name, and otherwise a folder.
        layout: The paths in the model folder. Collections of the model and of the user can be opened by name.
        model_id: The id of the model. A collection that another model made is refused.

    Returns:
        The collection. Its vectors are read when they are first used.

    Raises:
        UnknownCollectionError: There is no such collection.
        CollectionError: The folder cannot be read, or the name is that of a collection in Milvus.
        OtherModelError: The collection was made with another model.
        ArtifactError: A file of the collection is missing or damaged.
    """
    if isinstance(collection, str) and collection.startswith(PREFIX):
        raise CollectionError(
            f"This needs a collection in a folder, but {shortened(collection)} is in Milvus. Copy it into a folder with "
            f"`{PROGRAM} copy {shortened(collection)} NAME`."
        )
    folder = Path(collection)
    is_folder = _is_folder(folder)
    if not is_folder or (isinstance(collection, str) and len(folder.parts) == 1):
        folders = find_collections(layout.root)
        if str(collection) not in folders and not is_folder:
            raise UnknownCollectionError(str(collection), list(folders), unlisted())
        folder = folders.get(str(collection), folder)
    return FolderCollection.open(folder, model_id)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise CollectionError(f"{path}: {cannot_read(error, 'folder')}") from error
