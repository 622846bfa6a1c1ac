"""Write a folder or a file whole or not at all. It is staged beside its place and then renamed.

While a process writes, it holds a lock beside what it has staged. The system releases the lock when the process ends, so what a
killed process left behind can be told from what another process is writing, on Windows too.
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
    """Whether ``folder`` was left by an interrupted write."""
    return folder.name.startswith((_STAGED, _REPLACED))


def staged_name(folder: Path, token: str) -> Path:
    """Return the name of a folder while it is written or deleted. The next ``atomic_folder`` for it deletes what is left."""
    return folder.with_name(f"{_STAGED}{folder.name}-{token}")


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``folder``. If the block succeeds, it takes that folder's place, otherwise it is deleted.

    What killed processes left beside ``folder`` is deleted first.
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
    """Yield a temporary path beside ``path``. If the block succeeds, it is renamed to ``path``, otherwise it is deleted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _delete_abandoned(path.parent, f"*-{glob.escape(path.name)}")
    # The suffix stays at the end, because NumPy and Keras choose a format by it.
    staged = path.with_name(f"{_STAGED}{secrets.token_hex(4)}-{path.name}")
    with _locked(staged):
        try:
            yield staged
            staged.replace(path)
        finally:
            staged.unlink(missing_ok=True)


def restore_interrupted(parent: Path) -> None:
    """Bring back the old folder if a process was killed after it moved that away and before it moved the new one in."""
    for replaced in parent.glob(_REPLACED + "*"):
        folder = parent / replaced.name.removeprefix(_REPLACED)
        if not folder.exists():
            with suppress(OSError):  # another process was faster, or nothing can be written here
                replaced.rename(folder)


def _swap(staged: Path, folder: Path) -> None:
    """Move the old folder away and the new one in. A reader may bring the old one back in between, so this is tried again."""
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
    """Rename the old folder and delete it, so that ``restore_interrupted`` never brings back a half-deleted one."""
    if replaced.exists():
        gone = Path(tempfile.mkdtemp(prefix=f"{_STAGED}{replaced.name.removeprefix(_REPLACED)}-", dir=replaced.parent))
        replaced.rename(gone / "old")
        shutil.rmtree(gone, ignore_errors=True)


@contextmanager
def _locked(staged: Path) -> Iterator[None]:
    """Lock ``staged``, so that ``_delete_abandoned`` leaves it alone. Without file locks it is written unlocked."""
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
    """Delete what is staged under a name like ``pattern`` and locked by no process."""
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
    from filelock import FileLock  # here, because a server that only reads need not wait for the import

    return FileLock(staged.with_name(_LOCK + staged.name.removeprefix(_STAGED)))
