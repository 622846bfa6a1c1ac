"""``manifest.json`` lists the files of a folder with their SHA-256, size, shape, licence, source and the command that made them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.errors import ArtifactError
from devise_core.storage.atomic_write import atomic_file, restore_interrupted

SCHEMA = 2
SEALED_FROM = 2
"""From this schema on, a manifest ends with a seal, which is the SHA-256 of everything before it."""
NAME = "manifest.json"


@dataclass(frozen=True)
class Entry:
    """What a manifest says about one file.

    Attributes:
        sha256: Of the content.
        bytes: The size.
        command: Makes the file again.
        source: Where its content comes from.
        licence: Of its content.
        shape: Of an ``.npy`` file, otherwise ().
        dtype: Of an ``.npy`` file, otherwise "".
    """

    sha256: str
    bytes: int
    command: str
    source: str = ""
    licence: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = ""


@dataclass
class Manifest:
    """The manifest of one folder.

    Attributes:
        root: The folder.
        files: The entries by the file's path below ``root``.
        about: Facts about the folder as a whole.
    """

    root: Path
    files: dict[str, Entry] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    _verified: set[str] = field(default_factory=set, repr=False)

    @classmethod
    def read(cls, root: Path) -> Manifest:
        """Read the manifest of the folder ``root``.

        Raises:
            ArtifactError: It is missing or damaged, or a newer version of the library wrote it.
        """
        path = root / NAME
        if not root.is_dir() and root.parent.is_dir():
            restore_interrupted(root.parent)
        try:
            content = json.loads(path.read_text("utf-8"))
            schema = int(content["schema"])
            if schema > SCHEMA:
                raise ArtifactError(
                    f"{path} has schema {schema}, and this version reads up to {SCHEMA}. Update the code "
                    "(`git pull`), or restore the older files."
                )
            if schema >= SEALED_FROM or "seal" in content:
                seal = content.pop("seal")
                if seal != _seal(content):
                    raise ArtifactError(f"{path} is damaged (its seal does not match). {remedy(root)}.")
            rows = {name: Entry(**{**row, "shape": tuple(row.get("shape", ()))}) for name, row in content["files"].items()}
            return cls(root, rows, content.get("about", {}))
        except FileNotFoundError as error:
            raise ArtifactError(f"{path} is missing. {remedy(root)}.") from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ArtifactError(f"{path} is damaged ({type(error).__name__}). {remedy(root)}.") from error

    def add(self, path: Path, command: str, source: str = "", licence: str = "") -> None:
        """Add an entry for a finished file of the folder.

        Args:
            path: The file.
            command: Makes the file again.
            source: Where its content comes from.
            licence: Of its content.
        """
        shape, dtype = _array_facts(path)
        self.files[path.relative_to(self.root).as_posix()] = Entry(
            sha256_of(path), path.stat().st_size, command, source, licence, shape, dtype
        )

    def write(self) -> None:
        """Write and seal ``manifest.json``."""
        content: dict[str, Any] = {
            "schema": SCHEMA,
            "about": self.about,
            "files": {name: asdict(self.files[name]) for name in sorted(self.files)},
        }
        content["seal"] = _seal(content)
        with atomic_file(self.root / NAME) as staged:
            staged.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")

    def verified(self, path: Path) -> Path:
        """Return ``path`` after checking that the file has the size and SHA-256 of its entry. Each file is checked once.

        Raises:
            ArtifactError: The file is missing, damaged or not listed. The message says how to restore it.
        """
        name = path.relative_to(self.root).as_posix()
        if name in self._verified:
            return path
        entry = self.files.get(name)
        if entry is None:
            raise ArtifactError(f"{self.root / NAME} has no row for {name}. {remedy(self.root)}.")
        command = f"{remedy(path)}, or make it again with `{entry.command}`"
        try:
            size = path.stat().st_size
            if size != entry.bytes:
                raise ArtifactError(f"{path} has {size} bytes instead of {entry.bytes}. {command}.")
            if sha256_of(path) != entry.sha256:
                raise ArtifactError(f"{path} is damaged (its SHA-256 is not the manifest's). {command}.")
        except FileNotFoundError as error:
            raise ArtifactError(f"{path} is missing. {command}.") from error
        except OSError as error:
            raise ArtifactError(f"{path} cannot be read ({error.strerror}). {command}.") from error
        self._verified.add(name)
        return path


def remedy(path: Path) -> str:
    """Return the beginning of a sentence that says how to restore ``path``."""
    return f"Restore it with `git checkout -- {_short(path)}`"


def _seal(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _short(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def _array_facts(path: Path) -> tuple[tuple[int, ...], str]:
    if path.suffix != ".npy":
        return (), ""
    array = np.load(path, mmap_mode="r")
    return tuple(int(length) for length in array.shape), str(array.dtype)
