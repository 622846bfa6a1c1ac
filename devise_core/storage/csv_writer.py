"""Write CSV files whose cells may hold anything, including the line breaks that file names can have."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO


class CsvWriter:
    r"""Writes rows that end with ``\n``.

    Before Python 3.13, ``csv`` does not quote a cell with a carriage return, and readers take the carriage return for the end of
    the row.

    Args:
        file: A file that was opened with ``newline=""``.

    Example:
        >>> import io
        >>> file = io.StringIO()
        >>> CsvWriter(file).writerow(["a", "b\rc"])
        >>> file.getvalue()
        '"a","b\rc"\n'
    """

    def __init__(self, file: TextIO) -> None:
        self._plain = csv.writer(file, lineterminator="\n")
        self._quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def writerow(self, row: Iterable[object]) -> None:
        """Write one row."""
        cells = list(row)
        (self._quoted if any("\r" in str(cell) for cell in cells) else self._plain).writerow(cells)

    def writerows(self, rows: Iterable[Iterable[object]]) -> None:
        """Write several rows."""
        for row in rows:
            self.writerow(row)
