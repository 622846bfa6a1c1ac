"""The work of one process of a Ray cluster: read images, and compute their vectors and thumbnails."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.collections.indexing import THUMBNAIL
from devise_core.distributed.image_list import storage
from devise_core.errors import CollectionError, ImageError
from devise_core.settings import settings
from devise_core.untrusted.url_fetch import fetch_image
from devise_core.vectors import Floats
from devise_core.vision.batch_reader import read_batches
from devise_core.vision.image_encoder import BATCH, ImageEncoder
from devise_core.vision.image_reader import read_image, taken_on
from devise_core.vision.image_sources import WEB, name_and_bytes
from devise_core.vision.preprocess import Pixels
from devise_core.vision.thumbnail import thumbnail


@dataclass(frozen=True)
class _PreparedImage:
    """An image with its ``pixels``, or the ``error`` that says what is wrong with it.

    ``is_unread`` says whether the image could not be read at all, so that nothing is known about its content.
    """

    sha256: str = ""
    pixels: Pixels | None = None
    thumbnail: bytes = b""
    taken: str = ""
    error: str = ""
    is_unread: bool = False


class EmbeddingActor:
    """Keeps one model, and embeds tables of images with it.

    Args:
        encoder: The model. The constructor loads it.
        model_id: The id of the model on the machine that started the job. The loaded model must have the same id.

    Raises:
        CollectionError: If this machine has another model.
    """

    def __init__(self, encoder: ImageEncoder, model_id: str) -> None:
        self._encoder = encoder
        encoder.load()
        if encoder.model_id != model_id:
            raise CollectionError(f"The machine {os.uname().nodename} has another model. Install the same version on all machines.")

    def embed(self, table: Any) -> Any:
        """Embed the images of an Arrow table with the columns ``uri`` and ``stamp``.

        Returns:
            An Arrow table with the columns that ``ShardStore`` stores, and with two more. ``error`` says why an image cannot be
            used. ``unread`` says whether the reason may pass, such as a disk or server that cannot be reached. Otherwise the file
            is not an image.
        """
        import pyarrow

        uris = [os.fsdecode(uri) for uri in table["uri"].to_pylist()]
        decoded, features, embeddings = list[_PreparedImage](), [], []
        for batch in read_batches(uris, self._decode, BATCH):
            decoded += batch
            pixels = [image.pixels for image in batch if image.pixels is not None]
            if pixels:
                encoded = self._encoder.encode_checked(np.stack(pixels))
                features.append(encoded.features)
                embeddings.append(encoded.embeddings)
        read = [image.pixels is not None for image in decoded]
        return pyarrow.table(
            {
                "uri": table["uri"],
                "stamp": table["stamp"],
                "sha256": [image.sha256 for image in decoded],
                "thumbnail": pyarrow.array([image.thumbnail for image in decoded], pyarrow.binary()),
                "taken": pyarrow.array([image.taken for image in decoded], pyarrow.string()),
                "features": _vectors(features, read),
                "embedding": _vectors(embeddings, read),
                "error": pyarrow.array([image.error for image in decoded], pyarrow.string()),
                "unread": [image.is_unread for image in decoded],
            }
        )

    def _decode(self, uri: str) -> _PreparedImage:
        try:
            content = _content(uri)
        except (ImageError, CollectionError, OSError) as error:
            return _PreparedImage(error=_reason(error), is_unread=_may_pass(uri, error))
        try:
            image = read_image(_Named(content, Path(uri).name), at_least=self._encoder.size, longest=THUMBNAIL)
            prepared = self._encoder.pixels(image), thumbnail(image, THUMBNAIL), taken_on(image)
            return _PreparedImage(sha256(content).hexdigest(), *prepared)
        except (ImageError, OSError) as error:
            return _PreparedImage(error=_reason(error))


class _Named(io.BytesIO):
    """The content of a file, with the file name that error messages show."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


def _content(uri: str) -> bytes:
    """Return the content of an image. A web address must be public, and its download is limited in size and time."""
    limits = settings()
    if uri.startswith(WEB):
        return fetch_image(uri, limits.model_copy(update={"url_search": True}))
    if "://" not in uri:
        return name_and_bytes(uri, limits.image_bytes)[1]
    with storage(uri) as (files, path), files.open(path, "rb") as file:
        content: bytes = file.read(limits.image_bytes + 1)
    return content


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _may_pass(uri: str, error: Exception) -> bool:
    """Return whether an image may be readable later. A local file that is too large stays so, and its error has no cause."""
    return "://" in uri or isinstance(error, OSError) or isinstance(error.__cause__, OSError)


def _vectors(batches: Sequence[Floats], read: Sequence[bool]) -> Any:
    """Return a column with one vector for each image. The vector of an image that cannot be read is empty."""
    import pyarrow

    width = batches[0].shape[1] if batches else 0
    ends = np.concatenate([[0], np.cumsum(np.asarray(read) * width)]).astype(np.int32)
    numbers = np.concatenate(batches).ravel() if batches else np.empty(0, dtype=np.float32)
    return pyarrow.ListArray.from_arrays(pyarrow.array(ends), pyarrow.array(numbers, pyarrow.float32()))
