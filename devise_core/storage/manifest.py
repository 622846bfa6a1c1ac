"""``manifest.json`` lists the files of a folder with their SHA-256, size, shape, licence, source and the command that made them."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, BaseModel, Field, NonNegativeInt, StrictInt, StrictStr

from devise_core.errors import LONGEST_PATH, ArtifactError, shortened
from devise_core.storage.artifact_reader import open_file, read_json, reading
from devise_core.storage.atomic_write import atomic_file, restore_interrupted
from devise_core.storage.paths import BUNDLED_ARTIFACTS, IN_CHECKOUT, is_inside
from devise_core.storage.valid_text import valid_text

SCHEMA = 2
SEALED_FROM = 2
"""Manifests of this schema or a later schema end with a seal, which is the SHA-256 of everything before the seal."""
NAME = "manifest.json"
LARGE, GLANCES, GLANCE_BYTES = 64 << 20, 16, 1 << 16
"""If a file is larger than ``LARGE`` bytes, ``Manifest.glanced`` reads ``GLANCES`` parts of it, of ``GLANCE_BYTES`` bytes each."""


def _inside(name: str) -> str:
    """Return ``name`` if it is a relative path that does not leave its folder. Otherwise raise ``ValueError``."""
    if not is_inside(name):
        raise ValueError(f"{name!r} is outside the folder")
    return name


FileName = Annotated[str, AfterValidator(_inside)]


@dataclass(frozen=True)
class Entry:
    """What a manifest says about one file.

    Attributes:
        sha256: The SHA-256 of the content.
        bytes: The size of the file in bytes.
        command: The command that makes the file again.
        source: Where the content of the file comes from.
        licence: The licence of the content.
        shape: The shape of the array in an ``.npy`` file. () for other files.
        dtype: The data type of the array in an ``.npy`` file. "" for other files.
        glance: What ``glance_of`` returns for the file: the SHA-256 of parts of a large file. "" for other files.
    """

    sha256: str
    bytes: NonNegativeInt
    command: str
    source: str = ""
    licence: str = ""
    shape: tuple[NonNegativeInt, ...] = ()
    dtype: str = ""
    glance: str = ""


class _Content(BaseModel):
    """What ``manifest.json`` must contain."""

    version: StrictInt = Field(alias="schema")
    files: dict[FileName, Entry]
    about: dict[StrictStr, Any] = Field(default_factory=dict)


@dataclass
class Manifest:
    """The manifest of one folder.

    Attributes:
        root: The folder.
        files: Path of a file, relative to ``root`` → its entry.
        about: Information about the folder as a whole.
    """

    root: Path
    files: dict[str, Entry] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    _verified: set[str] = field(default_factory=set, repr=False)

    @classmethod
    def read(cls, root: Path) -> Manifest:
        """Read the manifest of the folder ``root``.

        Raises:
            ArtifactError: The manifest is missing or damaged, or was written by a newer version of the library.
        """
        path = root / NAME
        with reading(path, remedy(root)):
            if not root.is_dir() and root.parent.is_dir():
                restore_interrupted(root.parent)
            if not root.is_dir() and not root.resolve().is_relative_to(BUNDLED_ARTIFACTS):
                raise ArtifactError(
                    f"There is no folder {shortened(str(root), LONGEST_PATH)}. Check its path, or restore the folder from a backup."
                )
            if not path.exists() and not root.resolve().is_relative_to(BUNDLED_ARTIFACTS):
                raise ArtifactError(
                    f"{path} is missing, so {root.name} is not the folder of a model or a collection. Choose another folder, "
                    "or restore the file from a backup."
                )
            stored = read_json(path, remedy(root))
            content = _Content.model_validate(stored)
            seal = stored.pop("seal", "")
            matches = seal == _seal(stored)
        if content.version > SCHEMA:
            raise ArtifactError(
                f"{path} has schema {content.version}, and this version reads up to {SCHEMA}. Update the code "
                "(`git pull`), or restore the older files."
            )
        if (content.version >= SEALED_FROM or seal) and not matches:
            raise ArtifactError(f"{path} is damaged (its seal does not match). {remedy(root)}.")
        return cls(root, content.files, content.about)

    def add(self, path: Path, command: str, source: str = "", licence: str = "") -> None:
        """Add an entry for a finished file of the folder.

        Args:
            path: The file.
            command: The command that makes the file again.
            source: Where the content of the file comes from.
            licence: The licence of the content.
        """
        shape, dtype = _array_facts(path)
        self.files[path.relative_to(self.root).as_posix()] = Entry(
            sha256_of(path), path.stat().st_size, command, source, licence, shape, dtype, glance_of(path)
        )

    def write(self) -> None:
        """Write and seal ``manifest.json``. If a file name in a command is not valid UTF-8, its invalid bytes are replaced."""
        plain: dict[str, Any] = {
            "schema": SCHEMA,
            "about": self.about,
            "files": {name: _written(self.files[name]) for name in sorted(self.files)},
        }
        content = json.loads(valid_text(json.dumps(plain, ensure_ascii=False)))
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
        advice = f"{remedy(path)}, or make it again with `{entry.command}`"
        with reading(path, advice), open_file(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size != entry.bytes:
                raise ArtifactError(f"{path} has {size} bytes instead of {entry.bytes}. {advice}.")
            if hashlib.file_digest(file, "sha256").hexdigest() != entry.sha256:
                raise ArtifactError(f"{path} is damaged (its SHA-256 differs from the one in the manifest). {advice}.")
        self._verified.add(name)
        return path

    def glanced(self, path: Path) -> Path:
        """Return ``path`` after checking the size and parts of a large file. A small file is checked completely.

        Reading a file of several gigabytes completely would take longer than the search for which the file is opened.

        Raises:
            ArtifactError: The file is missing, damaged or not listed.
        """
        entry = self.files.get(path.relative_to(self.root).as_posix())
        if entry is None or not entry.glance:
            return self.verified(path)
        self.check_size(path)
        with reading(path, remedy(path)):
            if glance_of(path) != entry.glance:
                raise ArtifactError(f"{path} is damaged (its SHA-256 differs from the one in the manifest). {remedy(path)}.")
        return path

    def check_size(self, path: Path) -> None:
        """Raise ``ArtifactError`` if a file of the manifest is missing, or its size differs from the one in the manifest."""
        entry = self.files[path.relative_to(self.root).as_posix()]
        with reading(path, remedy(path)), open_file(path) as file:
            size = os.fstat(file.fileno()).st_size
        if size != entry.bytes:
            raise ArtifactError(f"{path} has {size} bytes instead of {entry.bytes}. {remedy(path)}.")


def remedy(path: Path) -> str:
    """Return a sentence that says how to restore ``path``, without a full stop, so that the caller can add to it."""
    file = path.resolve()
    if file.is_relative_to(BUNDLED_ARTIFACTS) and not IN_CHECKOUT:
        return "Restore it with `pip install --force-reinstall --no-deps semblance`"
    if file.is_relative_to(BUNDLED_ARTIFACTS):
        name = file.relative_to(Path.cwd()).as_posix() if file.is_relative_to(Path.cwd()) else str(file)
        return f"Restore it with `git checkout -- {name}`"
    return "Restore it from a backup"


def _seal(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def glance_of(path: Path) -> str:
    """Return the SHA-256 of ``GLANCES`` evenly spaced parts of a file. For a file of up to ``LARGE`` bytes, return ""."""
    size, digest = path.stat().st_size, hashlib.sha256()
    if size <= LARGE:
        return ""
    with open_file(path) as file:
        for part in range(GLANCES):
            file.seek(part * (size - GLANCE_BYTES) // (GLANCES - 1))
            digest.update(file.read(GLANCE_BYTES))
    return digest.hexdigest()


def _written(entry: Entry) -> dict[str, Any]:
    """Return the fields of an entry. An empty ``glance`` is left out, because older manifests do not have this field."""
    return {name: value for name, value in asdict(entry).items() if name != "glance" or value}


def _array_facts(path: Path) -> tuple[tuple[int, ...], str]:
    if path.suffix != ".npy":
        return (), ""
    array = np.load(path, mmap_mode="r")
    return tuple(int(length) for length in array.shape), str(array.dtype)
