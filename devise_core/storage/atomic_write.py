"""Write a folder or a file completely or not at all. It is staged first, which means written beside its path, and then renamed.

While a process writes, it locks a lock file beside the staged folder or file. The system releases the lock when the process ends.
So the remains of a killed process can be distinguished from what another process is writing. This also works on Windows.
"""

from __future__ import annotations

import errno
import glob
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock

_STAGED, _LOCK, _REPLACED = ".staged-", ".locked-", ".replaced-"
_WAIT = 10.0  # seconds; a new lock is free, except for the moment in which another process checks whether it is abandoned


def is_unfinished(folder: Path) -> bool:
    """Return whether ``folder`` was left behind by an interrupted write."""
    return folder.name.startswith((_STAGED, _REPLACED))


def staged_name(folder: Path, token: str) -> Path:
    """Return the path of ``folder`` while it is written or deleted. The next ``atomic_folder(folder)`` deletes what is left."""
    return folder.with_name(f"{_STAGED}{folder.name}-{token}")


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """Yield a new folder beside ``folder``. The new folder replaces ``folder`` if the block succeeds, and is deleted if it fails.

    Folders that killed processes left beside ``folder`` are deleted first.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    restore_interrupted(folder.parent)
    _delete_abandoned(folder.parent, f"{glob.escape(folder.name)}-*")
    staged = staged_name(folder, secrets.token_hex(4))
    with _locked(staged):
        staged.mkdir(mode=0o700)
        try:
            yield staged
            staged.chmod(0o755)
            _swap(staged, folder)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``. If the block succeeds, the file there is renamed to ``path``, otherwise deleted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _delete_abandoned(path.parent, f"*-{glob.escape(path.name)}")
    # The suffix stays at the end, because NumPy and Keras choose the file format by the suffix.
    staged = path.with_name(f"{_STAGED}{secrets.token_hex(4)}-{path.name}")
    with _locked(staged):
        try:
            yield staged
            staged.replace(path)
        finally:
            staged.unlink(missing_ok=True)


def restore_interrupted(parent: Path) -> None:
    """Bring back an old folder if a process was killed between moving this folder away and moving the new folder in."""
    for replaced in parent.glob(_REPLACED + "*"):
        folder = parent / replaced.name.removeprefix(_REPLACED)
        if not folder.exists():
            with suppress(OSError):  # another process was faster, or nothing can be written here
                replaced.rename(folder)


def _swap(staged: Path, folder: Path) -> None:
    """Move the old folder away and the new folder in. This is retried, since a reader may bring the old folder back in between."""
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
    """Rename the old folder before deleting it, so that ``restore_interrupted`` never brings back a half-deleted folder."""
    if replaced.exists():
        gone = Path(tempfile.mkdtemp(prefix=f"{_STAGED}{replaced.name.removeprefix(_REPLACED)}-", dir=replaced.parent))
        replaced.rename(gone / "old")
        shutil.rmtree(gone, ignore_errors=True)


@contextmanager
def _locked(staged: Path) -> Iterator[None]:
    """Lock ``staged``, so that ``_delete_abandoned`` does not delete it. Do not lock it if the file system has no locks."""
    lock = _lock_of(staged)
    with suppress(OSError, NotImplementedError):
        lock.acquire(timeout=_WAIT)
    try:
        yield
    finally:
        lock.release()
        with suppress(OSError):
            Path(lock.lock_file).unlink()


def _delete_abandoned(parent: Path, pattern: str) -> None:
    """Delete staged folders and files whose names match ``pattern``, unless a process has locked them."""
    names = {path.name.removeprefix(prefix) for prefix in (_STAGED, _LOCK) for path in parent.glob(prefix + pattern)}
    for name in names:
        staged = parent / (_STAGED + name)
        lock = _lock_of(staged)
        try:
            lock.acquire(timeout=0)
        except (OSError, NotImplementedError):  # another process writes it, or nothing can be written or locked here
            continue
        try:
            if staged.is_dir():
                shutil.rmtree(staged, ignore_errors=True)
            else:
                staged.unlink(missing_ok=True)
        finally:
            lock.release()
            with suppress(OSError):
                Path(lock.lock_file).unlink()


def _lock_of(staged: Path) -> BaseFileLock:
    from filelock import FileLock  # imported here, so that a server that only reads does not wait for it

    return FileLock(staged.with_name(_LOCK + staged.name.removeprefix(_STAGED)))
