"""The rows of a collection as Parquet files, in a storage that a Milvus server reads.

The name of a file has its position and a hash of its content. A file is written under another name and then renamed. So a file with
its final name is complete, and is not written again after an interruption.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from devise_core.errors import CollectionError, extras_needed

if TYPE_CHECKING:
    from pymilvus import CollectionSchema

_NAME = re.compile(r"(?:images|looks)-\d{6}-[0-9a-f]{16}\.parquet(?:\.partial)?")

Row = dict[str, Any]


class ShardFolder:
    """The Parquet files of one collection. Other files in the folder are left alone.

    Args:
        url: The storage: a folder, or a URL that fsspec knows, such as ``s3://bucket/prefix``.
        alias: The alias of the collection, which names a folder in the storage.

    Raises:
        MissingPackageError: fsspec or pyarrow is not installed.
        CollectionError: The storage is not known, needs a package that is not installed, or refuses the request.
    """

    def __init__(self, url: str, alias: str) -> None:
        with extras_needed():
            import fsspec
            import pyarrow.parquet  # noqa: F401
        self._shown = re.sub(r"//[^/@]*@", "//", url)
        try:
            self._storage, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise CollectionError(
                f"--bulk does not work with {self._shown} ({error}). Install the package that it needs, or give a folder."
            ) from error
        self._root = f"{self._root.rstrip('/')}/{alias}"
        if "file" in _protocols(self._storage):  # in a bucket, this could create a bucket with a wrong name
            with self._errors():
                self._storage.makedirs(self._root, exist_ok=True)

    def has(self, name: str, count: int) -> bool:
        """Return whether a file exists, is complete and has ``count`` rows."""
        import pyarrow
        from pyarrow import parquet

        with self._errors():
            if not self._storage.exists(self._path(name)):
                return False
            with self._storage.open(self._path(name), "rb") as file:
                try:
                    return int(parquet.read_metadata(file).num_rows) == count
                except pyarrow.ArrowException:
                    return False

    def write(self, names: Sequence[str], schemas: Sequence[CollectionSchema], blocks: Iterable[Sequence[Sequence[Row]]]) -> None:
        """Write several files at the same time, with only one block of rows in memory.

        Args:
            names: The names of the files.
            schemas: The schema in Milvus for the rows of each file.
            blocks: Blocks of rows. Each block has a list of rows for each file.
        """
        from pyarrow import parquet

        partial = [self._path(f"{name}.partial") for name in names]
        arrows = [arrow_schema(schema) for schema in schemas]
        with ExitStack() as opened:
            with self._errors():
                files = [opened.enter_context(self._storage.open(path, "wb")) for path in partial]
                writers = [
                    opened.enter_context(parquet.ParquetWriter(file, arrow, use_dictionary=False))
                    for file, arrow in zip(files, arrows, strict=True)
                ]
            for block in blocks:
                tables = [arrow_table(rows, arrow) for rows, arrow in zip(block, arrows, strict=True)]
                with self._errors():
                    for writer, table in zip(writers, tables, strict=True):
                        writer.write_table(table)
            with self._errors():
                opened.close()
        with self._errors():
            for path, name in zip(partial, names, strict=True):
                self._storage.mv(path, self._path(name))

    def for_server(self, name: str) -> str:
        """Return the name that the server has for a file: the path, or the key without the name of the bucket."""
        path = self._path(name)
        return path if "file" in _protocols(self._storage) else path.lstrip("/").partition("/")[2]

    def clear(self) -> None:
        """Delete all Parquet files of the collection, also those of interrupted runs."""
        with self._errors():
            self._storage.invalidate_cache()
            names = [path.rpartition("/")[2] for path in self._storage.ls(self._root, detail=False)]
            for name in filter(_NAME.fullmatch, names):
                self._storage.rm_file(self._path(name))
        with suppress(OSError, NotImplementedError):  # the folder has other files, or the storage has no folders
            self._storage.rmdir(self._root)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # each storage has its own errors
            raise CollectionError(
                f"{self._shown} cannot be written or read ({error}). Correct --bulk or its permissions, and run the command again."
            ) from error


def arrow_schema(schema: CollectionSchema) -> Any:
    """Return the columns of a Parquet file for a schema of Milvus. Raises ``KeyError`` for an unknown type of field."""
    import pyarrow
    from pymilvus import DataType

    kinds: dict[Any, Callable[[], Any]] = {
        DataType.VARCHAR: pyarrow.string,
        DataType.INT64: pyarrow.int64,
        DataType.FLOAT: pyarrow.float32,
        DataType.FLOAT_VECTOR: lambda: pyarrow.list_(pyarrow.float32()),
        DataType.ARRAY: lambda: pyarrow.list_(pyarrow.string()),
    }
    return pyarrow.schema([(field.name, kinds[field.dtype]()) for field in schema.fields])


def arrow_table(rows: Sequence[Row], schema: Any) -> Any:
    """Return rows as an Arrow table. Each row must have the columns of the schema."""
    import pyarrow

    columns = []
    for field in schema:
        values = [row[field.name] for row in rows]
        if field.type == pyarrow.list_(pyarrow.float32()):
            matrix = np.asarray(values, dtype=np.float32)
            ends = np.arange(len(values) + 1, dtype=np.int32) * matrix.shape[1]
            columns.append(pyarrow.ListArray.from_arrays(pyarrow.array(ends), pyarrow.array(matrix.ravel())))
        else:
            columns.append(pyarrow.array(values, field.type))
    return pyarrow.Table.from_arrays(columns, schema=schema)


def _protocols(storage: Any) -> tuple[str, ...]:
    protocol = storage.protocol
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)
