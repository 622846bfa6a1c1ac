"""Write a folder or a file whole or not at all: staged beside its place, then renamed."""

from __future__ import annotations

import errno
import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_STAGED, _REPLACED = ".staged-", ".replaced-"


def is_unfinished(folder: Path) -> bool:
    """Whether ``folder`` is a leftover of an interrupted write."""
    return folder.name.startswith((_STAGED, _REPLACED))


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``folder``; when the block ends well it takes that folder's place, else it vanishes.

    What runs that were killed left beside it is taken away first.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    restore_interrupted(folder.parent)
    _sweep(folder)
    staged = Path(tempfile.mkdtemp(prefix=f"{_STAGED}{folder.name}-", dir=folder.parent))
    try:
        with _held(staged):
            yield staged
            staged.chmod(0o755)
            _swap(staged, folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def restore_interrupted(parent: Path) -> None:
    """Bring back the old folder where a process died between moving it away and moving the new one in."""
    for replaced in parent.glob(_REPLACED + "*"):
        folder = parent / replaced.name.removeprefix(_REPLACED)
        if not folder.exists():
            with suppress(OSError):  # another process was first, or nothing can be written here
                replaced.rename(folder)


def _swap(staged: Path, folder: Path) -> None:
    """Move the old folder away and the new one in. In between a reader may bring the old one back: then once more."""
    replaced = folder.with_name(_REPLACED + folder.name)
    for last in (False,) * 9 + (True,):
        _discard(replaced)
        with suppress(FileNotFoundError):
            folder.rename(replaced)
        try:
            staged.rename(folder)
            break
        except OSError as error:
            if last or error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
    _discard(replaced)


def _discard(replaced: Path) -> None:
    """Half of it is never under a name that would be brought back."""
    if replaced.exists():
        gone = Path(tempfile.mkdtemp(prefix=f"{_STAGED}{replaced.name.removeprefix(_REPLACED)}-", dir=replaced.parent))
        replaced.rename(gone / "old")
        shutil.rmtree(gone, ignore_errors=True)


@contextmanager
def _held(staged: Path) -> Iterator[None]:
    """While this lasts, ``_sweep`` leaves ``staged`` alone; the system ends it with the process."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    descriptor = os.open(staged, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Take away what was staged for ``folder`` by a process that no longer is."""
    if sys.platform == "win32":
        return
    import fcntl

    for old in folder.parent.glob(f"{_STAGED}{glob.escape(folder.name)}-*"):
        with suppress(OSError):  # it is being written, or is gone already
            descriptor = os.open(old, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(old, ignore_errors=True)
            finally:
                os.close(descriptor)


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; when the block ends well it is renamed over it, else it vanishes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(f"{_STAGED}*-{glob.escape(path.name)}"):
        if not _lives(old.name.removeprefix(_STAGED).split("-")[0]):
            old.unlink(missing_ok=True)
    # The suffix stays at the end: numpy and Keras choose a format by it.
    staged = path.with_name(f"{_STAGED}{os.getpid()}-{path.name}")
    try:
        yield staged
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)


def _lives(process: str) -> bool:
    """Whether a process of this number is at work; where that cannot be asked, it is taken for one."""
    if sys.platform == "win32" or not process.isdecimal():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
