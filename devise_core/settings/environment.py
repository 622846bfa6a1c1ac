"""The names of the environment variables, their old names, and the folders and files they set."""

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
"""Name → default and meaning. These are read at each use, so they are not fields of ``Settings``."""
READ_WITH_MODEL = {
    "default_collection": ("`photos`", "The name of the collection that is shown first, if there is one of that name."),
    "phrase_encoder": (
        "none",
        "The folder of the phrase encoder, which reads queries of several words. `fetch phrase-encoder` fills it.",
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
"""Name → default and meaning. These are read when a model is opened, also by commands that need no ``Settings``."""
READ_WITH_API = {
    "api_keys": ("none", "The file of API keys. If it is set, requests need a key. `semblance serve --new-key` makes one."),
    "api_origins": (
        "none",
        "The sites whose pages may call the API from a browser, such as `https://example.org`, separated by commas. "
        "`*` allows any site.",
    ),
}
"""Name → default and meaning. These are read when the API starts."""
READ_WITH_MILVUS = {
    "milvus_uri": (
        "none",
        "The address of a Milvus server, such as `http://localhost:19530`, or a file of Milvus Lite that ends in `.db`. The app "
        "offers its collections.",
    ),
    "milvus_token": ("none", "The token for the Milvus server, such as `user:password`. No command takes it as an option."),
    "milvus_pictures": (
        "`.milvus` beside the collections",
        "The folder of the thumbnails of collections in Milvus. All machines that show them share it.",
    ),
}
"""Name → default and meaning. These are read when a collection in Milvus is used."""
OLD_NAMES = {
    "SEMBLANCE_ARTIFACTS": "DEVISE_ARTIFACTS",
    "SEMBLANCE_COLLECTIONS": "DEVISE_COLLECTIONS",
    "SEMBLANCE_DATA": "DEVISE_DATA",
    "SEMBLANCE_PRELOAD": "DEVISE_WARM",
    "SEMBLANCE_MODEL_CALLS": "SEMBLANCE_NETWORK_CALLS",
    "SEMBLANCE_COLLECTION_IMAGES": "SEMBLANCE_COLLECTION_PICTURES",
    "SEMBLANCE_ALL_UPLOADS_BYTES": "SEMBLANCE_VISITS_BYTES",
}
"""Variable → its name in version 0.1, which works until version 0.3."""


def variable(name: str) -> str:
    """Return the variable of a setting: ``upload_bytes`` → ``SEMBLANCE_UPLOAD_BYTES``."""
    return PREFIX + name.upper()


def value_of(name: str) -> str:
    """Return the text of a setting's variable, or an empty string if it is unset. Warn if its old name is used."""
    source = source_of(name)
    if source != variable(name):
        _warn(source, variable(name))
    return os.environ.get(source, "").strip()


def source_of(name: str) -> str:
    """Return the name of the variable that a setting is read from, which may be its old name."""
    new = variable(name)
    old = OLD_NAMES.get(new, "")
    return old if os.environ.get(old, "").strip() and not os.environ.get(new, "").strip() else new


def text(name: str) -> str:
    """Return the text of a variable, or an empty string if it is not set.

    Args:
        name: One of ``READ_WITH_MODEL``, ``READ_WITH_API`` or ``READ_WITH_MILVUS``.
    """
    return value_of(name)


def folder(name: str) -> Path | None:
    """Return the folder that a variable names, or None if it is not set.

    Args:
        name: One of ``FOLDERS``, or a folder of ``READ_WITH_MODEL`` or ``READ_WITH_MILVUS``.
    """
    return Path(value) if (value := value_of(name)) else None


def file(name: str) -> Path | None:
    """Return the file that a variable names, or None if it is not set.

    Args:
        name: A file of ``READ_WITH_MODEL`` or ``READ_WITH_API``.
    """
    return Path(value) if (value := value_of(name)) else None


@cache
def _warn(old: str, new: str) -> None:
    """Log once per process that a variable has a new name."""
    logging.getLogger(__name__).warning("%s is deprecated and stops working in version 0.3. Set %s instead.", old, new)
