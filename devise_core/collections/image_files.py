"""Find the image files of a folder, and describe each by its path."""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devise_core.datatypes import Item
from devise_core.errors import CollectionError
from devise_core.storage.valid_text import valid_text
from devise_core.vision.image_formats import SUFFIXES, is_known_format
from devise_core.vision.other_kinds import NAMED, OTHER_FILES, counted_kinds, kind_of

SYSTEM_FOLDERS = frozenset(
    {
        "#recycle",
        "#snapshot",
        "$recycle.bin",
        "@eadir",
        "@recently-snapshot",
        "@recycle",
        "__macosx",
        "lost+found",
        "recycler",
        "system volume information",
        "thumbnails",
    }
)
"""The names, in lower case, of folders in which storage systems and desktops keep thumbnails and deleted files."""
LIBRARY_PARTS = ("database", "derivatives", "internal", "masks", "previews", "private", "resources", "scopes", "thumbnails")
"""The names of folders inside a photo library (``*.photoslibrary``, ``*.lrdata``) that hold copies of the library's photos."""
_LIBRARIES = (".photoslibrary", ".aplibrary", ".migratedphotolibrary")
MAX_NAME = 255
"""How many characters of the name of a file or folder are kept. Names in zip files can be longer, names in file systems cannot."""
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Invisible characters that are left out of names. Zero-width joiners are kept, since emoji and some scripts need them."""
_CAMERA_FOLDER = re.compile(r"DCIM|[1-9]\d\d[A-Z0-9_]{5}|20\d{4}__")
"""Matches the folders that cameras and phones make, such as "DCIM", "100CANON" and "202401__". Such names follow the standard DCF
and say nothing about the images, so they do not become labels."""
METADATA = ("metadata.csv", "metadata.jsonl")
COCO_FOLDER = "annotations"
_CREDITS = "credits.csv"
_PREVIEWS = ".lrdata"
_LINKED = "A link to a folder is not followed. To index its images, index the folder itself."
_REMEDIES = {
    errno.EACCES: "Check its permissions.",
    errno.EPERM: "Check its permissions.",
    errno.ENOENT: "It is gone, or it is a link to something that is gone. Reconnect its disk or server, or delete the link.",
    errno.ELOOP: "Its links lead back to themselves. Delete the link, or let it lead to a file.",
    errno.ENAMETOOLONG: "Shorten its name.",
}
"""What to do after an error of the operating system."""
_SYSTEM = "A system folder is left out. Add --include-system to index it too."


@dataclass
class FolderScan:
    """What is in a folder.

    Attributes:
        files: The image files, sorted by path.
        problems: One sentence for each folder or file that cannot be read, beginning with its path.
        unlisted: The folders that cannot be listed.
        unread: The files that cannot be read, which may be images.
        left_out: How many files and folders of each kind are left out, in words, such as "3 videos".
        left_out_folders: One sentence for each folder that is left out, beginning with its path. Hidden folders are not listed.
        annotations: The files that may have labels and captions of the images, sorted by path.
        source: The folder.
    """

    files: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unlisted: list[Path] = field(default_factory=list)
    unread: list[Path] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    left_out_folders: list[str] = field(default_factory=list)
    annotations: list[Path] = field(default_factory=list)
    source: Path = Path()

    def cannot_list(self, error: OSError) -> None:
        """Note a folder that cannot be listed."""
        self.unlisted.append(Path(error.filename))
        self.problems.append(f"{error.filename}: {cannot_read(error, 'folder')}")


@dataclass
class _LeftOut:
    """How many files and folders of each kind are left out, and the names of the first files of the kind ``OTHER_FILES``."""

    counts: Counter[str] = field(default_factory=Counter)
    names: list[str] = field(default_factory=list)

    def add(self, kind: str, path: Path) -> None:
        """Count a file that is left out."""
        self.counts[kind] += 1
        if kind == OTHER_FILES and len(self.names) < NAMED:
            self.names.append(valid_text(path.as_posix()))


def folder_given(source: object) -> Path:
    """Return the folder of the images as a path, or raise ``CollectionError`` if ``source`` is not the path of a folder."""
    if not isinstance(source, str | os.PathLike) or not os.fspath(source):
        received = repr(source) if isinstance(source, str) else type(source).__name__
        raise CollectionError(f"Give the path of the folder that your images are in. Received: {received}.")
    return Path(source)


def scan_folder(source: Path, include_system: bool = False, given: Collection[Path] = ()) -> FolderScan:
    """Find every image file below ``source``.

    Files are recognised by their suffix, or by their content if the suffix is unknown or missing. Hidden files and folders
    are left out, and linked folders are not followed.

    Args:
        source: The folder.
        include_system: Whether to look into ``SYSTEM_FOLDERS`` and the copies inside photo libraries too.
        given: Files of annotations that the caller reads. They are not counted as left out if they are in the folder.

    Returns:
        The images, the files of annotations, and what is left out.

    Raises:
        CollectionError: The folder is missing or has no image file.
    """
    if not source.is_dir():
        raise CollectionError(_no_folder(source))
    scan, others, known = FolderScan(source=source), _LeftOut(), {path.resolve() for path in given}

    for folder, folders, files in os.walk(source, onerror=scan.cannot_list):
        linked = sorted(name for name in folders if Path(folder, name).is_symlink())
        shown = sorted(name for name in folders if not name.startswith("."))
        folders[:] = [name for name in shown if include_system or not _is_system(Path(folder), name)]
        system = [name for name in shown if name not in folders]
        others.counts.update({"linked folders": len(linked), "system folders": len(system)})
        scan.left_out_folders += _reasons(Path(folder), [name for name in linked if name not in system], system)
        for path in (Path(folder, name) for name in sorted(files) if not name.startswith(".")):
            if kind := _sort(source, path, scan, known):
                others.add(kind, path.relative_to(source))
    scan.files.sort()
    scan.annotations.sort(key=lambda path: (len(path.parts), path.suffix.lower() == ".json", path))
    scan.left_out = counted_kinds(others.counts, others.names)
    if not scan.files:
        raise CollectionError(_nothing(source, scan))
    return scan


def cannot_read(error: OSError, what: str = "file") -> str:
    """Return a sentence that says why a file or folder cannot be read, and what to do."""
    remedy = _REMEDIES.get(error.errno or 0, "Check its disk or server.")
    return f"The {what} cannot be read ({error.strerror or error}). {remedy}"


def _reasons(folder: Path, linked: Sequence[str], system: Sequence[str]) -> list[str]:
    reasons = [(name, _LINKED) for name in linked] + [(name, _SYSTEM) for name in system]
    return [f"{folder / name}: {reason}" for name, reason in reasons]


def describe(parts: Sequence[str], mark: str, source: str = "") -> Item:
    """Describe an image by the path of its file.

    Args:
        parts: The parts of the path, the last of which is the file name. Folder names become labels, the innermost folder
            first, except for the folders of a camera. The file name becomes the caption. Invalid text in a name becomes
            "\N{REPLACEMENT CHARACTER}". Invisible characters, and characters that change the direction of text, are left out.
        mark: Added to the id to make the id unique. If the mark depends only on the path, links to an image stay valid when other
            images are added.
        source: Where the file is. Its letters stay as they are, so that the file is found again. Only bytes that are not UTF-8
            cannot be stored.

    Returns:
        The item, whose ``file`` is the path that the image's thumbnail gets.
    """
    names = [_UNSEEN.sub("", _text(part)[:MAX_NAME]) for part in parts]
    folders, stem = names[:-1], Path(names[-1]).stem
    named = [folder for folder in reversed(folders) if not _CAMERA_FOLDER.fullmatch(folder)]
    labels = tuple(filter(None, dict.fromkeys(map(readable, named))))
    slug = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "picture"
    identity = f"{slug[:40]}-{mark}"
    return Item(identity, f"images/{identity}.webp", labels, "/".join(folders), readable(stem), source=valid_text(source))


def _sort(source: Path, path: Path, scan: FolderScan, given: Collection[Path]) -> str:
    """Add a file to the images, the annotations or the problems and return "", or return the kind of a file that is left out."""
    known, kind = path.suffix.lower() in SUFFIXES, kind_of(path.name)
    if known or not kind:
        try:
            image = stat.S_ISREG(path.stat().st_mode) and (known or is_known_format(path))
        except OSError as error:
            scan.problems.append(f"{path}: {cannot_read(error)}")
            scan.unread.append(path)
            return ""
        if image:
            scan.files.append(path)
            return ""
    if _has_annotations(source, path):
        scan.annotations.append(path)
        return ""
    is_read = path == source / _CREDITS or (bool(given) and path.resolve() in given)
    return "" if is_read else kind or OTHER_FILES


def _has_annotations(source: Path, path: Path) -> bool:
    return path.name in METADATA or (path.suffix == ".json" and path.parent == source / COCO_FOLDER)


def _is_system(folder: Path, name: str) -> bool:
    """Whether the folder ``name`` in ``folder`` holds thumbnails, deleted files or copies."""
    lower = name.lower()
    in_library = any(part.lower().endswith(_LIBRARIES) for part in folder.parts)
    return lower in SYSTEM_FOLDERS or lower.endswith(_PREVIEWS) or (in_library and lower in LIBRARY_PARTS)


def _no_folder(source: Path) -> str:
    """Return a sentence that says why ``source`` cannot be indexed."""
    if source.is_file() and source.suffix.lower() == ".zip":
        return f"{source} is a zip file. Extract it, and give the folder with its images."
    if source.is_file():
        return f"{source} is a file. Give the folder that it is in, or another folder with images."
    return f"There is no folder {source}. Give the folder that your images are in."


def _nothing(source: Path, scan: FolderScan) -> str:
    read = f"Files ending in {', '.join(SUFFIXES)} are read."
    left_out = f" Left out: {', '.join(scan.left_out)}." if scan.left_out else ""
    problem = f" {scan.problems[0]}" if scan.problems else ""
    return f"There are no images in {source}. {read}{left_out}{problem}"


def _text(name: str) -> str:
    """Return ``name`` as valid text with composed letters. File systems allow any bytes, and also decomposed letters."""
    return unicodedata.normalize("NFC", valid_text(name))


def readable(name: str) -> str:
    """Return a name as a label, in lower case. Each ``|`` becomes a space, because ``|`` separates labels in ``items.csv``."""
    visible = "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in name)
    return re.sub(r"[\s_\-|]+", " ", visible).strip().lower()
