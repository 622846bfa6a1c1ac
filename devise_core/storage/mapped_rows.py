"""A matrix on disk, from which only the requested rows are read into memory."""

from __future__ import annotations

import mmap
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from devise_core.errors import ArtifactError
from devise_core.storage.artifact_reader import open_file, reading
from devise_core.storage.fetched_rows import FetchedRows
from devise_core.vectors import Floats, Rows, fault_of, from_half, is_finite_half

RELEASE_AFTER = 256 << 20
"""How many bytes that were read may stay mapped into memory. The system counts mapped bytes as memory of the process. Unmapped
bytes are read again from the system's cache if they are needed."""
MAPPED_BYTES, MAPPED_ROW = 256 << 20, 1 << 10
"""Rows are read through the memory map if the file has at most ``MAPPED_BYTES`` bytes and each row at most ``MAPPED_ROW``. Once a
few searches have touched the file, this takes a sixth of the time of reading the rows from the file. Features have larger rows."""
KEPT_BYTES = 8 << 20
"""The rows that were read last are kept if they take at most this many bytes. This is enough for a page of results."""


class MappedRows:
    """The matrix of an ``.npy`` file. Indexing it returns ``float32``, also if the file has ``float16``. Threads may share it.

    Args:
        path: The file.
        shape: The number of rows and the number of columns that the matrix must have. None for any number.

    Raises:
        ArtifactError: The file is missing or damaged, or holds another kind of array.
    """

    def __init__(self, path: Path, shape: tuple[int | None, int | None] = (None, None)) -> None:
        self.path, self._touched = path, 0
        with reading(path), open_file(path):
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        if array.ndim != 2 or not np.issubdtype(array.dtype, np.floating) or array.dtype.itemsize > np.dtype(np.float32).itemsize:
            raise ArtifactError(f"{path} is not a matrix of vectors. Make the collection again.")
        wrong = [want for want, have in zip(shape, array.shape, strict=True) if want not in (None, have)]
        if wrong:
            raise ArtifactError(f"{path} has the shape {array.shape}, but {wrong[0]} was expected. Make the collection again.")
        self._array: npt.NDArray[np.float16 | np.float32] = array
        self._memory = array.base if isinstance(array.base, mmap.mmap) else None
        self._file = path.open("rb", buffering=0)
        self._last: tuple[Rows, Floats] = np.empty(0, dtype=np.int64), np.empty((0, array.shape[1]), dtype=np.float32)
        self._advise("MADV_RANDOM")

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and columns."""
        return self._array.shape[0], self._array.shape[1]

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, rows: int | slice | Rows | Sequence[int]) -> Floats:
        """Return the rows as ``float32``.

        Raises:
            ArtifactError: The rows hold numbers that are not finite or are too large, or the file has become shorter.
        """
        if isinstance(rows, int | np.integer | slice) or not (hasattr(os, "pread") and self._array.flags.c_contiguous):
            values = self._finite(self._array[rows])
            self._count(values)
            return values
        numbers = np.asarray(rows, dtype=np.int64)
        wanted = np.where(numbers < 0, numbers + len(self), numbers).ravel()
        if wanted.size and not 0 <= wanted.min() <= wanted.max() < len(self):
            raise IndexError(f"{self.path} has {len(self)} rows.")
        stays_mapped = self._array.nbytes <= MAPPED_BYTES and self._array.strides[0] <= MAPPED_ROW
        values = self._mapped(wanted) if stays_mapped else self._scattered(wanted)
        return values.reshape(*numbers.shape, self.shape[1])

    def _mapped(self, wanted: Rows) -> Floats:
        if os.fstat(self._file.fileno()).st_size < self._first + self._array.nbytes:  # reading past the end kills the process
            raise self._shorter()
        return self._finite(self._array[wanted])

    def _scattered(self, wanted: Rows) -> Floats:
        """Return the rows ``wanted``. If all are among the rows that were read last, the file is not read again.

        A page reads some rows three times.
        """
        last, values = self._last
        places = np.minimum(np.searchsorted(last, wanted), len(last) - 1)
        if len(last) and np.array_equal(last[places], wanted):
            return values[places]
        read = self._finite(self._read(wanted))
        if read.nbytes <= KEPT_BYTES:
            order = np.argsort(wanted, kind="stable")
            self._last = wanted[order], read[order]
        return read

    def _finite(self, stored: npt.NDArray[Any]) -> Floats:
        half = stored.dtype == np.float16
        if (not half or not is_finite_half(stored)) and (fault := fault_of(stored)):
            raise ArtifactError(f"{self.path} holds numbers {fault}. Make the collection again.")
        return from_half(stored) if half else np.asarray(stored, dtype=np.float32)

    def _read(self, wanted: Rows) -> npt.NDArray[np.float16 | np.float32]:
        """Read rows from the file, one by one. Reading them through the map takes four times as long and needs much memory."""
        if not wanted.size:
            return self._array[:0]
        file, size = self._file.fileno(), self._array.strides[0]
        read = b"".join([os.pread(file, size, place) for place in (self._first + wanted * size).tolist()])
        if len(read) != wanted.size * size:
            raise self._shorter()
        return np.frombuffer(read, dtype=self._array.dtype).reshape(-1, self.shape[1])

    @property
    def _first(self) -> int:
        """The offset in bytes of the first row in the file."""
        return int(getattr(self._array, "offset", 0))

    def _shorter(self) -> ArtifactError:
        return ArtifactError(f"{self.path} is shorter than it was. Make the collection again.")

    def _count(self, values: Floats) -> None:
        """Count the bytes that were read, and unmap all of them when they are more than ``RELEASE_AFTER``."""
        self._touched += len(values) * self._array.strides[0]
        if self._touched > RELEASE_AFTER:
            self._touched = 0
            self._advise("MADV_DONTNEED")

    def _advise(self, advice: str) -> None:
        """Pass ``advice`` about the memory map to the system, if the system supports this advice."""
        option = getattr(mmap, advice, None)
        if self._memory is not None and option is not None and hasattr(self._memory, "madvise"):
            self._memory.madvise(option)


class JoinedRows(MappedRows):
    """The rows of several files, joined in order.

    Args:
        parts: The rows of each file. All must have the same number of columns.

    Raises:
        ArtifactError: The numbers of columns differ.
    """

    def __init__(self, parts: Sequence[MappedRows]) -> None:
        self.path, self._parts = parts[0].path, parts
        self._starts = np.cumsum([0, *(len(part) for part in parts)])
        if len({part.shape[1] for part in parts}) > 1:
            raise ArtifactError(f"The vectors in the files beside {self.path} have different lengths. Make the collection again.")

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and columns."""
        return int(self._starts[-1]), self._parts[0].shape[1]

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, rows: int | slice | Rows | Sequence[int]) -> Floats:
        """Return the rows as ``float32``. Raises ``ArtifactError`` in the same cases as ``MappedRows``."""
        if isinstance(rows, slice):
            start, stop, step = rows.indices(len(self))
            if step != 1:
                return self[np.arange(start, stop, step)]
            each = zip(self._parts, self._starts, self._starts[1:], strict=False)
            read = [part[max(start - low, 0) : stop - low] for part, low, high in each if start < high and low < stop]
            return np.concatenate(read) if read else self._parts[0][:0]
        numbers = np.asarray(rows)
        wanted = np.where(numbers < 0, numbers + len(self), numbers).ravel()
        owners = np.searchsorted(self._starts, wanted, side="right") - 1
        values = np.empty((len(wanted), self.shape[1]), dtype=np.float32)
        for owner in np.unique(owners):
            chosen = owners == owner
            values[chosen] = self._parts[owner][wanted[chosen] - self._starts[owner]]
        return values.reshape(*numbers.shape, self.shape[1])


VectorRows = Floats | MappedRows | FetchedRows
"""Vectors in memory, on disk or on another machine. In all three cases, ``vectors[rows]`` returns ``float32`` rows."""


def row_blocks(count: int, size: int) -> list[slice]:
    """Return slices of up to ``size`` rows that together cover ``count`` rows."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]
