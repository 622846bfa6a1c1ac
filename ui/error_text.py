"""Remove the paths of the server from the text of an error, because visitors must not see them. The log has the full paths."""

from __future__ import annotations

import os
import re
from pathlib import Path

from devise_core.errors import ArtifactError, CollectionError, DeviseError
from devise_core.settings import folder
from devise_core.storage.paths import BUNDLED_ARTIFACTS, artifacts_folder, known_user_collections
from ui.text import with_commands

_OTHER_PATH = re.compile(r"(?<![\w.:/\\])(?:[A-Za-z]:)?[/\\](?:[^\s/\\`“”\"'(),;]+[/\\])+(?=[^\s/\\`“”\"'(),;]|$)")
"""Matches the folders of any other absolute path, such as the target of a symbolic link. Web addresses do not match, because
their slashes follow a colon."""


def error_text(error: DeviseError) -> str:
    """Return what ``error_message`` returns, as Markdown."""
    return with_commands(error_message(error))


def error_message(error: DeviseError) -> str:
    """Return the message of an error, with the paths of files relative to the folder of the model or of collections.

    The path of a collection's file then starts with the name of the collection.
    """
    return without_folders(str(error)) if isinstance(error, ArtifactError | CollectionError) else str(error)


def without_folders(message: str) -> str:
    """Return a message about a file of the server, with the server's folders removed from its paths.

    Args:
        message: A message that contains no text from a visitor.
    """
    for root in _roots():
        message = message.replace(root + os.sep, "")
        message = re.sub(rf"{re.escape(root)}(?![\w\-])", Path(root).name.replace("\\", r"\\"), message)
    return _OTHER_PATH.sub("", message)


def _roots() -> list[str]:
    """Return the folders that hold the files of models and collections, the longest path first."""
    models = [artifacts_folder(), BUNDLED_ARTIFACTS]
    folders = [known_user_collections(), *(model / "collections" for model in models), *models, folder("milvus_pictures")]
    known = {str(path) for each in folders if each for path in (each, each.absolute(), each.resolve())}
    return sorted(known - {".", os.sep}, key=len, reverse=True)
