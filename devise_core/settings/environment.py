"""The names and old names of the environment variables, and the variables that are read separately from ``Settings``."""

from __future__ import annotations

import logging
import os
from functools import cache
from pathlib import Path

PREFIX = "SEMBLANCE_"
FOLDERS = {
    "artifacts": ("`artifacts`", "The model, its words and its collections."),
    "collections": (
        "`collections`",
        "Where the collections that you index are kept. Outside a checkout, the default is the system's folder for user data.",
    ),
    "data": ("`data`", "The data sets for training and evaluation."),
}
"""Name → default and meaning. These folders are read at each use, so they are not fields of ``Settings``."""
READ_WITH_MODEL = {
    "default_collection": ("`photos`", "The name of the collection that is shown first, if there is one of that name."),
    "phrase_encoder": (
        "none",
        "The folder of the phrase encoder, which reads queries of several words. See OPERATING.md.",
    ),
    "runtime": (
        "`auto`",
        "What runs the model: `keras`, or `onnx`, which is faster and smaller. `auto` is `onnx` if the extra `onnx` is installed.",
    ),
    "word_list": (
        "none",
        "A file of further words that the app never offers on its own, one per line in UTF-8. "
        "A line `-word` allows a word of the bundled list again.",
    ),
}
"""Name → default and meaning. These settings are read when a model is opened, also by commands that do not need ``Settings``."""
READ_WITH_API = {
    "api_keys": ("none", "The file of API keys. If it is set, requests need a key. `semblance serve --new-key` makes one."),
    "api_origins": (
        "none",
        "The sites whose pages may call the API from a browser, such as `https://example.org`, separated by commas. "
        "`*` allows any site.",
    ),
}
"""Name → default and meaning. These settings are read when the API starts."""
READ_WITH_MILVUS = {
    "milvus_uri": (
        "none",
        "The address of a Milvus server, such as `http://localhost:19530`, or a file of Milvus Lite that ends in `.db`. The app "
        "offers its collections.",
    ),
    "milvus_token": (
        "none",
        "The token for the Milvus server, such as `user:password`. No command has an option for it, which others could see.",
    ),
    "milvus_pictures": (
        "`.milvus` beside the collections",
        "The folder of the thumbnails of collections in Milvus. All machines that show them share it.",
    ),
}
"""Name → default and meaning. These settings are read when a collection in Milvus is used."""
OLD_NAMES = {
    "SEMBLANCE_ARTIFACTS": "DEVISE_ARTIFACTS",
    "SEMBLANCE_COLLECTIONS": "DEVISE_COLLECTIONS",
    "SEMBLANCE_DATA": "DEVISE_DATA",
    "SEMBLANCE_PRELOAD": "DEVISE_WARM",
    "SEMBLANCE_MODEL_CALLS": "SEMBLANCE_NETWORK_CALLS",
    "SEMBLANCE_COLLECTION_IMAGES": "SEMBLANCE_COLLECTION_PICTURES",
    "SEMBLANCE_ALL_UPLOADS_BYTES": "SEMBLANCE_VISITS_BYTES",
}
"""Variable → its old name from version 0.1. The old names stop working in version 0.3."""


def variable(name: str) -> str:
    """Return the environment variable of a setting, such as ``SEMBLANCE_UPLOAD_BYTES`` for ``upload_bytes``."""
    return PREFIX + name.upper()


def value_of(name: str) -> str:
    """Return the text of a setting's variable, or "" if it is unset. Log a warning if the old name of the variable is used."""
    source = source_of(name)
    if source != variable(name):
        _warn(source, variable(name))
    return os.environ.get(source, "").strip()


def source_of(name: str) -> str:
    """Return the name of the variable from which a setting is read. It is the old name if only the old name is set."""
    new = variable(name)
    old = OLD_NAMES.get(new, "")
    return old if os.environ.get(old, "").strip() and not os.environ.get(new, "").strip() else new


def text(name: str) -> str:
    """Return the text of a setting, or "" if it is not set.

    Args:
        name: A key of ``READ_WITH_MODEL``, ``READ_WITH_API`` or ``READ_WITH_MILVUS``.
    """
    return value_of(name)


def folder(name: str) -> Path | None:
    """Return the folder to which a setting is set, or None if it is not set.

    Args:
        name: A key of ``FOLDERS``, or a key of ``READ_WITH_MODEL`` or ``READ_WITH_MILVUS`` whose value is a folder.
    """
    return Path(value) if (value := value_of(name)) else None


def file(name: str) -> Path | None:
    """Return the file to which a setting is set, or None if it is not set.

    Args:
        name: A key of ``READ_WITH_MODEL`` or ``READ_WITH_API`` whose value is a file.
    """
    return Path(value) if (value := value_of(name)) else None


@cache
def _warn(old: str, new: str) -> None:
    """Log once per process that a variable has a new name."""
    logging.getLogger(__name__).warning("%s is deprecated and stops working in version 0.3. Set %s instead.", old, new)
