"""A matrix that is written to an ``.npy`` file a block of rows at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


class GrowingArray:
    """A matrix to which rows are added. The first rows determine the number of columns.

    Args:
        path: The file to write.
        kind: The data type of the stored numbers.
    """

    def __init__(self, path: Path, kind: npt.DTypeLike) -> None:
        self.path, self._kind, self._count, self._width = path, np.dtype(kind), 0, 0
        self._file = path.open("w+b")
        self._start = 0

    def __len__(self) -> int:
        return self._count

    def append(self, rows: npt.NDArray[Any]) -> None:
        """Add rows ``(m, d)`` at the end."""
        if not self._width:
            self._width = rows.shape[1]
            self._write_header()
        self._file.seek(0, 2)
        self._file.write(self._stored(rows))
        self._count += len(rows)

    def replace(self, place: int, row: npt.NDArray[Any]) -> None:
        """Replace the row at ``place``, counted from 0, with ``row`` ``(d,)``."""
        self._file.seek(self._start + place * self._width * self._kind.itemsize)
        self._file.write(self._stored(row))

    def finish(self) -> None:
        """Write the final number of rows into the header, and close the file."""
        self._write_header()
        self._file.close()

    def close(self) -> None:
        """Close the file without finishing it. An unfinished file cannot be used."""
        self._file.close()

    def _write_header(self) -> None:
        """Write the header. Its size stays the same, because NumPy leaves room in the header for a growing number of rows."""
        facts = {"descr": np.lib.format.dtype_to_descr(self._kind), "fortran_order": False, "shape": (self._count, self._width)}
        self._file.seek(0)
        np.lib.format.write_array_header_1_0(self._file, facts)
        self._start = self._file.tell()

    def _stored(self, rows: npt.NDArray[Any]) -> bytes:
        if rows.shape[-1] != self._width:
            raise ValueError(
                f"All vectors of a collection must have the same length, here {self._width}. Received: {rows.shape[-1]}"
            )
        return np.ascontiguousarray(rows, dtype=self._kind).tobytes()
