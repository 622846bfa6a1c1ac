"""Read the files of a model or a collection. If anything is wrong with a file, reading it raises ``ArtifactError``.

A model or a collection may come from a stranger. Its files may be malformed on purpose, such as a link to a device, a table with a
hundred million columns, or an array of objects. The functions here refuse files that are not regular files, are larger than
expected, or have the wrong kind of content. They never unpickle anything.
"""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from devise_core.errors import LONGEST_PATH, ArtifactError, DeviseError, shortened
from devise_core.vectors import fault_of

MAX_JSON_BYTES = 64 << 20
"""The size of the largest JSON file that is read. ``results.json`` of the bundled model has 0.3 MB."""
MAX_TEXT_BYTES = 4 << 30
"""The size of the largest text file that is read. Ten million rows of ``items.csv`` have about 2 GB."""
MAX_UNPACKED_BYTES = 4 << 30
"""The most bytes that the arrays of an ``.npz`` file may have in total, unless the caller expects fewer."""

Array = npt.NDArray[Any]

_BLOCK = 1 << 22


_REMEDY = "Restore it, or make it again"


@contextmanager
def reading(path: Path, remedy: str = _REMEDY) -> Iterator[None]:
    """Turn any exception that reading ``path`` may raise into an ``ArtifactError`` that names the file.

    Args:
        path: The file or folder that the block reads.
        remedy: The sentence of the error message that says what to do, without a full stop.
    """
    name = shortened(str(path), LONGEST_PATH)
    try:
        yield
    except DeviseError:
        raise
    except FileNotFoundError as error:
        raise ArtifactError(f"{name} is missing. {remedy}.") from error
    except PermissionError as error:
        raise ArtifactError(f"{name} cannot be read ({error.strerror}). Check its permissions.") from error
    except OSError as error:
        raise ArtifactError(f"{name} cannot be read ({error.strerror or type(error).__name__}). {remedy}.") from error
    except Exception as error:  # a malformed file makes csv, json, NumPy and zipfile raise a dozen kinds of errors
        raise ArtifactError(f"{name} is damaged ({type(error).__name__}). {remedy}.") from error


@contextmanager
def open_file(path: Path, most: int | None = None) -> Iterator[BufferedReader]:
    """Open a regular file for reading.

    A pipe or a device is refused without waiting for its content.

    Args:
        path: The file, or a link to one.
        most: The most bytes that the file may have, or None for no limit.

    Raises:
        ArtifactError: The path is not a regular file, or the file is larger than ``most``.
        OSError: The file cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ArtifactError(f"{path} is not a regular file. Replace it with the file itself, or make it again.")
        if most is not None and status.st_size > most:
            raise ArtifactError(f"{path} has {status.st_size} bytes, and at most {most} are read. Make it again.")
        yield file


def read_text(path: Path, most: int = MAX_TEXT_BYTES, remedy: str = _REMEDY) -> str:
    """Return the content of a UTF-8 file.

    Args:
        path: The file.
        most: The most bytes that the file may have.
        remedy: The sentence of the error message that says what to do, without a full stop.

    Returns:
        The content. Line ends are not changed.

    Raises:
        ArtifactError: The file is missing, too large or not UTF-8.
    """
    with reading(path, remedy), open_file(path, most) as file:
        return file.read().decode("utf-8")


def read_bytes(path: Path, most: int = MAX_TEXT_BYTES) -> bytes:
    """Return the content of a file. Raises ``ArtifactError`` if the file cannot be read, or has more than ``most`` bytes."""
    with reading(path), open_file(path, most) as file:
        return file.read()


def read_json(path: Path, remedy: str = _REMEDY) -> Any:
    """Return the content of a JSON file. ``NaN`` and ``Infinity``, which are not valid JSON, are refused.

    Raises:
        ArtifactError: The file is missing or damaged.
    """
    text = read_text(path, MAX_JSON_BYTES, remedy)
    with reading(path, remedy):
        return json.loads(text, parse_constant=_no_constant)


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file with a header. A row with missing or surplus cells is refused.

    Raises:
        ArtifactError: The file is damaged.
    """
    text = read_text(path)
    with reading(path):
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows = list(reader)
        if any(None in row or None in row.values() for row in rows):
            raise ArtifactError(f"{path} is damaged: a row does not have as many cells as the header. Make it again.")
        return rows


def read_array(path: Path, kind: type[Any], shape: Sequence[int | None], mapped: bool = False) -> Array:
    """Read an ``.npy`` file.

    Args:
        path: The file.
        kind: The kind of number that the array must hold, such as ``np.int8`` or ``np.floating``.
        shape: The size that each axis must have. None for any size.
        mapped: Whether to map the file into memory, so that only the parts that are used are read.

    Returns:
        The array, as it is stored. Its floating-point numbers are finite, and none is above ``vectors.LARGEST``.

    Raises:
        ArtifactError: The file is missing or damaged, or holds another kind of array.
    """
    with reading(path), open_file(path):
        array = np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)
        if not isinstance(array, np.ndarray):
            raise ArtifactError(f"{path} is not a NumPy array. Restore it, or make it again.")
        return checked(array, f"{path}", kind, shape)


def read_arrays(path: Path, most: int = MAX_UNPACKED_BYTES) -> dict[str, Array]:
    """Read all arrays of an ``.npz`` file. The caller must pass each array to ``checked``.

    Args:
        path: The file.
        most: The most bytes that all arrays of the file may have together.

    Raises:
        ArtifactError: The file is missing or is not an ``.npz`` file, or its arrays have more than ``most`` bytes.
    """
    with reading(path), open_file(path, most) as file:
        with zipfile.ZipFile(file) as archive:
            total = sum(entry.file_size for entry in archive.infolist())
        if total > most:
            raise ArtifactError(f"{path} unpacks to {total} bytes, and at most {most} are read. Make it again.")
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            return {name: np.asarray(arrays[name]) for name in arrays.files}


def checked(array: Array, name: str, kind: type[Any], shape: Sequence[int | None]) -> Array:
    """Return ``array`` if it has this kind of number and this shape, and no infinity, NaN or number above ``vectors.LARGEST``.

    Args:
        array: The array.
        name: The name of the array in the error message.
        kind: As for ``read_array``.
        shape: As for ``read_array``.

    Raises:
        ArtifactError: One of these conditions is violated.
    """
    if not np.issubdtype(array.dtype, kind) or np.issubdtype(array.dtype, np.complexfloating):
        raise ArtifactError(f"{name} holds {array.dtype} instead of {kind.__name__}. Restore it, or make it again.")
    fits = len(array.shape) == len(shape) and all(want in (None, have) for have, want in zip(array.shape, shape, strict=True))
    if not fits:
        wanted = " × ".join("n" if length is None else str(length) for length in shape)
        raise ArtifactError(f"{name} has the shape {array.shape} instead of {wanted}. Restore it, or make it again.")
    if np.issubdtype(array.dtype, np.inexact) and (fault := _fault_of(array)):
        raise ArtifactError(f"{name} holds numbers {fault}. Restore it, or make it again.")
    return array


def check_rows(rows: Array, count: int, name: str) -> None:
    """Check that all of ``rows`` are from 0 to ``count`` − 1.

    Args:
        rows: An array of whole numbers, of any shape, which refer to the rows of another file.
        count: The number of rows of that other file.
        name: The name of the file with ``rows`` in the error message.

    Raises:
        ArtifactError: A number is outside this range.
    """
    if rows.size and (int(rows.min()) < 0 or int(rows.max()) >= count):
        raise ArtifactError(f"{name} refers to a row outside the {count} rows of another file. Restore all files together.")


def _fault_of(array: Array) -> str:
    """Return what is wrong with the numbers of an array, or "" if nothing is wrong.

    The rows are checked in blocks. So if the first rows of a mapped file are wrong, the rest of the file is not read.
    """
    step = max(1, _BLOCK // max(1, array[:1].size))
    blocks = (array[start : start + step] for start in range(0, len(array), step))
    return next(filter(None, map(fault_of, blocks)), "")


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
