"""What files beside the images say about them: labels, captions, authors, licences and sources, for ``index``.

These files are read from the folder of the images:

- ``credits.csv``, which ``fetch commons`` writes,
- ``metadata.csv`` and ``metadata.jsonl``, as the ImageFolder of Hugging Face Datasets has them,
- ``annotations/*.json`` in the format of COCO, with the categories or the captions of the images.

Other files in these formats are given by name.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devise_core.collections.coco import read_coco
from devise_core.collections.credits import read_credits
from devise_core.collections.image_note import ImageNote
from devise_core.errors import ArtifactError, CollectionError
from devise_core.storage.artifact_reader import read_text

METADATA = ("metadata.csv", "metadata.jsonl")
COCO_FOLDER = "annotations"
SPLITS = frozenset({"dev", "test", "train", "val", "valid", "validation"})
"""Names of the parts of a data set. They are no labels if a folder has at least two of them."""
IMAGE_FOLDER = "images"
"""The folder of all images of an exported data set. It is no label if a file of annotations is beside it."""
_MAX_BYTES = 1_000_000_000
_FILE = ("file_name", "file", "filename", "path", "image")
_COLUMNS = {
    "labels": ("labels", "label", "tags", "class", "category"),
    "caption": ("caption", "captions", "text", "description", "title"),
    "author": ("author", "creator", "photographer"),
    "licence": ("licence", "license"),
    "source": ("source", "url"),
}
"""The names under which a file may give a fact. The first that has a value counts."""


@dataclass(frozen=True)
class Annotations:
    """The notes about the images of a folder.

    Attributes:
        exact: By the path of the file, relative to the folder, with ``/``.
        anywhere: By the end of the path. COCO names a file without the folder it is in.
        splits: The first folders that name a part of the data set, such as "train".
        problems: A sentence for each file in the folder that cannot be read, which begins with its path.
    """

    exact: Mapping[str, ImageNote] = field(default_factory=dict)
    anywhere: Mapping[str, ImageNote] = field(default_factory=dict)
    splits: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()

    def of(self, parts: Sequence[str]) -> ImageNote:
        """Return what is known of the image at a path, which is given in parts. Notes about the same image are merged."""
        note = self.exact.get("/".join(parts), ImageNote())
        ends = (self.anywhere.get("/".join(parts[start:])) for start in range(len(parts)))
        end = next(filter(None, ends), ImageNote())
        return note.merged(end)

    def without_split(self, parts: Sequence[str]) -> Sequence[str]:
        """Return the parts of a path without the part of the data set it begins with."""
        return parts[1:] if len(parts) > 1 and parts[0] in self.splits else parts


def read_annotations(folder: Path, files: Sequence[Path] = (), images: Iterable[Path] = ()) -> Annotations:
    """Read what the files beside the images say about them.

    Args:
        folder: The folder of the images.
        files: Further files of annotations, which may be anywhere: ``.csv``, ``.jsonl`` or COCO's ``.json``.
        images: The images, by which the parts of a data set are recognised.

    Returns:
        What is said about each image, the folders that are parts of a data set, and what files beside the images could not be read.

    Raises:
        CollectionError: One of ``files``, or ``credits.csv``, cannot be read or names no images.
    """
    exact, anywhere, problems = read_credits(folder), dict[str, ImageNote](), list[str]()
    beside = [(exact, folder / name) for name in METADATA if (folder / name).is_file()]
    beside += [(anywhere, path) for path in sorted((folder / COCO_FOLDER).glob("*.json"))]
    for notes, path in beside:
        try:
            _merge(notes, _read(path))
        except CollectionError as error:  # it may be anything, so the images are indexed without it
            problems.append(str(error))
    for path in files:
        _merge(anywhere, _read(path))
    first = {parts[0] for image in images if len(parts := image.relative_to(folder).parts) > 1}
    splits = frozenset(name for name in first if name.lower() in SPLITS)
    if len(splits) < 2:
        splits = frozenset(first) if first == {IMAGE_FOLDER} and beside else frozenset()
    return Annotations(exact, anywhere, splits, tuple(problems))


def read_given(files: Sequence[Path]) -> Annotations:
    """Read files of annotations about images that are in no folder. Raises what ``read_annotations`` does."""
    notes = dict[str, ImageNote]()
    for path in files:
        _merge(notes, _read(path))
    return Annotations(anywhere=notes)


def _merge(notes: dict[str, ImageNote], others: Iterable[tuple[str, ImageNote]]) -> None:
    for file, note in others:
        notes[file] = notes.get(file, ImageNote()).merged(note)


def _read(path: Path) -> list[tuple[str, ImageNote]]:
    """Return the files that the annotations name, each with its note. Raises ``CollectionError``."""
    try:
        text = read_text(path, _MAX_BYTES).removeprefix("\ufeff")  # Excel begins a file with this mark
        if path.suffix.lower() == ".json":
            return list(read_coco(json.loads(text)))
        rows = _lines(text) if path.suffix.lower() == ".jsonl" else csv.DictReader(io.StringIO(text, newline=""))
        return [_note(row) for row in rows]
    except ArtifactError as error:
        raise CollectionError(f"{path}: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error) as error:
        raise CollectionError(
            f"{path}: It has no annotations of images that can be read. It must be a CSV or JSON Lines file with the column "
            "file_name, or a COCO file."
        ) from error


def _lines(text: str) -> Iterator[Mapping[str, Any]]:
    return (json.loads(line) for line in text.splitlines() if line.strip())


def _note(row: Mapping[str, Any]) -> tuple[str, ImageNote]:
    """Return the file that a row names, and its note. Raises ``KeyError`` if it names none."""
    file = next((str(row[name]) for name in _FILE if row.get(name)), "")
    if not file:
        raise KeyError(_FILE[0])
    facts = {fact: next((row[name] for name in names if row.get(name)), "") for fact, names in _COLUMNS.items()}
    labels = facts.pop("labels")
    parts = labels if isinstance(labels, list) else str(labels).split("|")
    texts = {fact: _first(value) for fact, value in facts.items()}
    return file.replace("\\", "/").removeprefix("./"), ImageNote(tuple(str(part) for part in parts if str(part).strip()), **texts)


def _first(value: object) -> str:
    """Return a text, or the first of a list of texts: data sets have several captions of an image."""
    return str(value[0] if value else "") if isinstance(value, list) else str(value)
