"""Write a table to a CSV or Parquet file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devise_core.collections.export import without_formula
from devise_core.errors import DeviseError, extras_needed
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.csv_writer import CsvWriter
from devise_core.storage.valid_text import valid_text

FORMATS = (".csv", ".parquet")
Columns = Mapping[str, Sequence[Any]]
"""Name of a column → its values, one for each row. A value is a text, a number, or a vector ``(d,)``."""


def check_format(path: Path) -> None:
    """Check the suffix of a table before the work begins.

    Raises:
        DeviseError: The suffix is not one of ``FORMATS``, or the folder of the file does not exist.
    """
    if path.suffix.lower() not in FORMATS:
        raise DeviseError(f"A table is written as {' or '.join(FORMATS)}. Received: {path.name}. Give a name with such an ending.")
    if not path.absolute().parent.is_dir():
        raise DeviseError(f"There is no folder {path.parent}. Make it first, or name another one.")


def write_table(path: Path, columns: Columns) -> None:
    """Write the columns in the format that the suffix names. In CSV, each number of a vector has its own column.

    Parts of a text that are not valid Unicode are replaced by "\N{REPLACEMENT CHARACTER}", as in a collection.
    """
    check_format(path)
    columns = {
        name: [valid_text(value) if isinstance(value, str) else value for value in values] for name, values in columns.items()
    }
    with atomic_file(path) as staged:
        if path.suffix.lower() == ".csv":
            _write_csv(staged, columns)
        else:
            _write_parquet(staged, columns)


def _write_csv(path: Path, columns: Columns) -> None:
    spread: dict[str, Sequence[Any]] = {}
    for name, values in columns.items():
        if len(values) and hasattr(values[0], "shape"):
            spread |= {f"{name}_{place}": [f"{row[place]:.6g}" for row in values] for place in range(len(values[0]))}
        else:
            spread[name] = values
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = CsvWriter(file)
        writer.writerow(spread)
        for row in zip(*spread.values(), strict=True):
            writer.writerow(cell if _is_number(cell) else without_formula(cell) for cell in row)


def _is_number(cell: Any) -> bool:
    if not isinstance(cell, str):
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _write_parquet(path: Path, columns: Columns) -> None:
    with extras_needed():
        import pyarrow
        from pyarrow import parquet

    arrays = {
        name: pyarrow.array([value.tolist() for value in values], pyarrow.list_(pyarrow.float32()))
        if len(values) and hasattr(values[0], "shape")
        else pyarrow.array(list(values))
        for name, values in columns.items()
    }
    parquet.write_table(pyarrow.table(arrays), path)
