"""Shards: Parquet files with the vectors and thumbnails of images.

The name of a shard is a hash of the model and of the images in it, so writing the same shard again changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from devise_core.collections.vector_cache import CachedVectors
from devise_core.distributed.image_list import ListedImage
from devise_core.errors import CollectionError, extras_needed
from devise_core.storage.atomic_write import atomic_file
from devise_core.vectors import Floats
from devise_core.vision.image_reader import read_date_taken

_LIGHT = ("uri", "stamp", "sha256")
"""The columns that say which images a shard has."""


class ShardStore:
    """The shards of one collection. An image is found by its URI and stamp, as in ``ListedImage``.

    Args:
        folder: The folder of the shards. The constructor makes it if it is missing.
        model_id: ``ImageEncoder.model_id``. Shards of another model are deleted.
    """

    def __init__(self, folder: Path, model_id: str) -> None:
        self._folder, self._model_id = folder, model_id
        folder.mkdir(parents=True, exist_ok=True)
        self._known = dict[tuple[str, str], tuple[str, Path]]()
        for file in sorted(folder.glob("*.parquet")):
            self._note(file)

    def __contains__(self, image: ListedImage) -> bool:
        return (image.uri, image.stamp) in self._known

    def of(self, image: ListedImage) -> str:
        """Return the SHA-256 of the content of an image that a shard has."""
        return self._known[image.uri, image.stamp][0]

    def save(self) -> None:
        """Do nothing, because ``write`` has stored everything. ``additions`` needs this method."""

    def write(self, table: Any) -> None:
        """Write the rows of an Arrow table that an ``EmbeddingActor`` returned, except rows with an error."""
        import pyarrow.compute as columns

        self._store(table.filter(columns.equal(table["error"], "")).drop_columns(["error", "unread"]))

    def _store(self, kept: Any) -> None:
        from pyarrow import parquet

        if not len(kept):
            return
        names = sha256(self._model_id.encode())
        for column in _LIGHT:
            names.update(repr(kept[column].to_pylist()).encode())
        file = self._folder / f"{names.hexdigest()[:32]}.parquet"
        with atomic_file(file) as staged:
            parquet.write_table(kept.replace_schema_metadata({"model": self._model_id}), staged)
        self._note(file)

    def read(self, images: Sequence[ListedImage]) -> Iterator[tuple[ListedImage, str, CachedVectors]]:
        """Yield each of ``images`` that a shard has, with the SHA-256 of its content and its vectors, one shard after another."""
        by_file = dict[Path, dict[tuple[str, str], ListedImage]]()
        for image in images:
            if image in self:
                by_file.setdefault(self._known[image.uri, image.stamp][1], {})[image.uri, image.stamp] = image
        for file, wanted in by_file.items():
            table = _table(file)
            features, embeddings = (_matrix(table[name], len(table)) for name in ("features", "embedding"))
            rows = table.select([name for name in (*_LIGHT, "thumbnail", "taken") if name in table.column_names]).to_pylist()
            for row, feature, embedding in zip(rows, features, embeddings, strict=True):
                key = os.fsdecode(row["uri"]), row["stamp"]
                if key in wanted:
                    taken = row["taken"] if "taken" in row else _date_of(key[0])
                    vectors = CachedVectors(feature, embedding, row["thumbnail"], taken=taken)
                    yield wanted.pop(key), row["sha256"], vectors

    def forget_others(self, images: Iterable[ListedImage]) -> None:
        """Delete the rows of all images that are not among ``images``, so that nothing is kept of a deleted image."""
        kept = {(image.uri, image.stamp) for image in images}
        changed = {file for key, (_, file) in self._known.items() if key not in kept}
        for file in changed:
            self._rewrite(file, kept)

    def _rewrite(self, file: Path, kept: Collection[tuple[str, str]]) -> None:
        import pyarrow

        table = _table(file)
        keys = [(os.fsdecode(uri), stamp) for uri, stamp in zip(table["uri"].to_pylist(), table["stamp"].to_pylist(), strict=True)]
        mask = pyarrow.array([key in kept and self._known[key][1] == file for key in keys])
        for key in keys:
            if self._known.get(key, ("", None))[1] == file:
                del self._known[key]
        self._store(table.filter(mask))
        file.unlink()

    def _note(self, file: Path) -> None:
        """Note which images a shard has. Delete a shard that cannot be read or is of another model. It can be computed again."""
        with extras_needed():
            import pyarrow
            from pyarrow import parquet
        try:
            light = parquet.read_table(file, columns=list(_LIGHT))
        except (pyarrow.ArrowException, OSError):
            light = None
        if light is None or (light.schema.metadata or {}).get(b"model") != self._model_id.encode():
            with suppress(OSError):
                file.unlink()
            return
        for row in light.to_pylist():
            self._known[os.fsdecode(row["uri"]), row["stamp"]] = row["sha256"], file


def _date_of(uri: str) -> str:
    """Return the date of a photo whose shard an earlier version wrote. A photo in a storage or on the web is not read again."""
    return "" if "://" in uri else read_date_taken(uri)


def _matrix(column: Any, count: int) -> Floats:
    """Return a column of vectors as a matrix ``(count, d)``."""
    numbers: Floats = column.combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return numbers.reshape(count, -1)


def _table(file: Path) -> Any:
    import pyarrow
    from pyarrow import parquet

    try:
        return parquet.read_table(file)
    except (pyarrow.ArrowException, OSError) as error:
        raise CollectionError(f"{file} cannot be read ({error}). Delete it, and run the same command again.") from error
