"""Read one file of annotations: what the file says about each image, and whether the images that it names exist."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from devise_core.collections.coco import read_coco, strays
from devise_core.collections.image_note import ImageNote
from devise_core.errors import ArtifactError, CollectionError, shortened
from devise_core.storage.artifact_reader import read_text
from devise_core.vision.exif import iso_date

_MAX_BYTES = 1_000_000_000
_FILE = ("file_name", "file", "filename", "path", "image")
_COLUMNS = {
    "labels": ("labels", "label", "tags", "class", "category"),
    "caption": ("caption", "captions", "text", "description", "title"),
    "author": ("author", "creator", "photographer"),
    "licence": ("licence", "license"),
    "source": ("source", "url"),
    "taken": ("taken", "date_taken"),
}
"""The columns in which a file may give each fact. The first column with a value is used."""
_FACTS = {
    "labels": "labels",
    "caption": "captions",
    "author": "authors",
    "licence": "licences",
    "source": "sources",
    "taken": "dates",
}
_SHOWN = 3
"""How many of the missing images or ids a message names."""


@dataclass
class AnnotationFile:
    """A file of annotations that was read.

    Attributes:
        name: What messages call the file.
        notes: What the file says about each image. The key is the path below the folder, with ``/``, or the end of the path.
        anywhere: Whether a key may be the end of a path. COCO names an image without the folder that it is in.
        nameless: How many rows name no image.
        astray: What else in the file has no effect, as parts of a sentence.
        used: The keys of ``notes`` for which there is an image.
        images: For how many of the existing images the file has a note.
    """

    name: str
    notes: Mapping[str, ImageNote]
    anywhere: bool = False
    nameless: int = 0
    astray: Sequence[str] = ()
    used: set[str] = field(default_factory=set)
    images: int = 0

    def of(self, ends: Sequence[str]) -> ImageNote:
        """Return what the file says about an image, given what ``path_ends`` returned for it."""
        key = self._key(ends)
        return ImageNote() if key is None else self.notes[key]

    def look_for(self, ends: Sequence[str]) -> None:
        """Mark the note of an image as used, given what ``path_ends`` returned for the image."""
        key = self._key(ends)
        if key is not None:
            self.used.add(key)
            self.images += 1

    @property
    def unused(self) -> list[str]:
        """The keys of ``notes`` for which there is no image."""
        return [path for path in self.notes if path not in self.used]

    def summary(self, similar: Mapping[str, str]) -> str:
        """Return a sentence: what the file says, about how many images, and which of the images that it names are missing.

        Args:
            similar: What ``by_name`` returns. A missing image of the same name is shown with the path to write instead.
        """
        facts = [plural for fact, plural in _FACTS.items() if any(getattr(self.notes[key], fact) for key in self.used)]
        said = " and ".join(filter(None, (", ".join(facts[:-1]), facts[-1]))) if facts else "nothing"
        parts = [f"{said} for {_counted(self.images, 'image')}"]
        if unused := self.unused:
            shown = [_shown(path, similar) for path in unused[:_SHOWN]]
            more = [f"{len(unused) - _SHOWN} more"] if len(unused) > _SHOWN else []
            verb = "names" if len(unused) == 1 else "name"
            parts.append(f"{_counted(len(unused), 'row')} {verb} an image that is not there ({', '.join(shown + more)})")
        if self.nameless:
            parts.append(f"{_counted(self.nameless, 'row')} {'has' if self.nameless == 1 else 'have'} no {_FILE[0]}")
        return f"{self.name}: {'; '.join([*parts, *self.astray])}"

    @property
    def has_faults(self) -> bool:
        """Whether a row or the whole file has no effect."""
        return bool(self.unused or self.nameless or self.astray or not any(self.notes[key] != ImageNote() for key in self.used))

    def _key(self, ends: Sequence[str]) -> str | None:
        return next((end for end in (ends if self.anywhere else ends[:1]) if end in self.notes), None)


def path_ends(parts: Sequence[str]) -> list[str]:
    """Return a path and its ends, the longest first: "a/b/c", "b/c" and "c".

    They are in Unicode form NFC, because macOS writes "é" in file names as two characters, and other systems as one.
    """
    path = unicodedata.normalize("NFC", "/".join(parts))
    names = path.split("/")
    return ["/".join(names[start:]) for start in range(len(names))]


def by_name(files: Iterable[AnnotationFile], images: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return the paths of the images that have the name of a missing image in ``summary``, by that name in lower case."""
    wanted = {_name(path) for file in files for path in file.unused[:_SHOWN]}
    return {name: "/".join(parts) for parts in images if wanted and (name := _name(parts[-1])) in wanted}


def read_file(path: Path, name: str = "", anywhere: bool = False, below: Sequence[str] = ()) -> AnnotationFile:
    """Read a file of annotations.

    Args:
        path: The file. ``.json`` is read as COCO, ``.jsonl`` as JSON Lines, and anything else as CSV.
        name: What messages call the file. By default its path.
        anywhere: As for ``AnnotationFile``.
        below: The folder that the paths in the file are relative to, as the parts of a path.

    Returns:
        What the file says. ``look_for`` has not been called yet, so ``used`` is empty.

    Raises:
        CollectionError: The file cannot be read, or is in another format.
    """
    astray, undated = list[str](), list[str]()
    try:
        if path.suffix.lower() == ".json":
            document = json.loads(_text(path))
            rows, astray = list(read_coco(document)), strays(document, _SHOWN)
        else:
            rows = [_note(row, undated) for row in _rows(path)]
    except ArtifactError as error:
        raise CollectionError(f"{path}: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error) as error:
        raise CollectionError(
            f"{path}: It has no annotations of images that can be read. It must be a CSV or JSON Lines file with the column "
            "file_name, or a COCO file."
        ) from error
    notes = dict[str, ImageNote]()
    for file, note in rows:
        if file:
            key = path_ends((*below, file.replace("\\", "/").removeprefix("./")))[0]
            notes[key] = notes.get(key, ImageNote()).merged(note)
    nameless = sum(not file for file, _ in rows)
    if nameless and not notes:
        raise CollectionError(_no_column(path, []))
    return AnnotationFile(name or str(path), notes, anywhere, nameless, [*astray, *_undated(undated)])


def _rows(path: Path) -> Iterable[Mapping[str, Any]]:
    text = _text(path)
    if path.suffix.lower() == ".jsonl":
        return _lines(text)
    rows = csv.DictReader(io.StringIO(text, newline=""))
    columns = list(rows.fieldnames or ())
    if not set(_FILE) & set(columns):
        raise CollectionError(_no_column(path, columns))
    return rows


def _text(path: Path) -> str:
    return read_text(path, _MAX_BYTES).removeprefix("\ufeff")  # Excel begins a file with this mark


def _no_column(path: Path, columns: Sequence[str]) -> str:
    has = f" Its columns are: {' | '.join(columns)[:200]}." if columns else ""
    return (
        f"{path}: It has no column file_name, so its labels and captions cannot be assigned to images.{has} "
        "Add the column, with the path of each image in the folder. "
        "A CSV file has its columns separated by commas, and their names in the first line."
    )


def _lines(text: str) -> Iterator[Mapping[str, Any]]:
    return (json.loads(line) for line in text.splitlines() if line.strip())


def _note(row: Mapping[str, Any], undated: list[str]) -> tuple[str, ImageNote]:
    """Return the image file that a row names, or "", and the note about the image. Unreadable dates go to ``undated``."""
    file = next((str(row[name]) for name in _FILE if row.get(name)), "")
    facts = {fact: next((row[name] for name in names if row.get(name)), "") for fact, names in _COLUMNS.items()}
    labels = facts.pop("labels")
    parts = labels if isinstance(labels, list) else str(labels).split("|")
    texts = {fact: _first(value) for fact, value in facts.items()}
    if written := texts["taken"]:
        texts["taken"] = iso_date(written)
        undated += [] if texts["taken"] else [written]
    return file, ImageNote(tuple(str(part) for part in parts if str(part).strip()), **texts)


def _undated(values: Sequence[str]) -> list[str]:
    """Say how many of the dates in a file cannot be read, if any."""
    if not values:
        return []
    has = "row has a date" if len(values) == 1 else "rows have dates"
    return [f"{len(values)} {has} that cannot be read ({', '.join(map(shortened, values[:_SHOWN]))}): write 2019-05-03"]


def _first(value: object) -> str:
    """Return a text, or the first of a list of texts. Some data sets have several captions for an image."""
    return str(value[0] if value else "") if isinstance(value, list) else str(value)


def _name(path: str) -> str:
    return unicodedata.normalize("NFC", PurePosixPath(path).name).lower()


def _shown(path: str, similar: Mapping[str, str]) -> str:
    meant = similar.get(_name(path))
    return f"{path}: write {meant}" if meant else path


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
