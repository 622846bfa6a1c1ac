"""Read what files beside images say about the images: labels, captions, authors, licences and sources, for ``index``.

These files are read from the folder of the images:

- ``credits.csv``, which ``fetch commons`` writes,
- ``metadata.csv`` and ``metadata.jsonl``, as in the ImageFolder format of Hugging Face Datasets. These files may be in sub-folders
  too, such as ``train``. They name images relative to their own folder,
- ``annotations/*.json`` in the format of COCO, with the categories or the captions of the images.

Other files in these formats are read if ``index --annotations`` names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from devise_core.collections.annotation_file import AnnotationFile, by_name, path_ends, read_file
from devise_core.collections.credits import NAME, read_credits
from devise_core.collections.image_files import FolderScan
from devise_core.collections.image_note import ImageNote
from devise_core.errors import CollectionError

SPLITS = frozenset({"dev", "test", "train", "val", "valid", "validation"})
"""Folder names for the parts of a data set. They are not used as labels if the images are in at least two such folders."""
IMAGE_FOLDER = "images"
"""The folder of all images of an exported data set. It is not used as a label if a file of annotations is beside it."""


@dataclass(frozen=True)
class Annotations:
    """The notes about the images of a folder.

    Attributes:
        files: The files with notes, the most important first.
        splits: The top folders that name a part of the data set, such as "train".
        problems: A sentence for each file in the folder that cannot be read. The sentence begins with the path.
        summaries: A sentence for each file: how many images it describes, and which of the images that it names are missing.
        faults: Those of ``summaries`` that report a row without effect.
    """

    files: tuple[AnnotationFile, ...] = ()
    splits: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    def of(self, parts: Sequence[str]) -> ImageNote:
        """Return what the files say about an image, given the parts of its path. Notes about the same image are merged."""
        note = ImageNote()
        if self.files:
            ends = path_ends(parts)
            for file in self.files:
                note = note.merged(file.of(ends))
        return note

    def without_split(self, parts: Sequence[str]) -> Sequence[str]:
        """Return the parts of a path without its first folder, if that is one of ``splits``."""
        return parts[1:] if len(parts) > 1 and parts[0] in self.splits else parts


def read_annotations(folder: Path, scan: FolderScan, files: Sequence[Path] = ()) -> Annotations:
    """Read what the files in the folder of the images, and further files, say about the images.

    Args:
        folder: The folder of the images.
        scan: The files of annotations and the images in the folder. The paths of the images show the parts of a data set.
        files: Further files of annotations, which may be anywhere: ``.csv``, ``.jsonl`` or COCO's ``.json``.

    Returns:
        The notes about each image, the folders that are parts of a data set, and the files in the folder that cannot be read.

    Raises:
        CollectionError: One of ``files``, or ``credits.csv``, cannot be read or names no images.
    """
    credits = {path_ends((file,))[0]: note for file, note in read_credits(folder).items()}
    read, problems = [AnnotationFile(NAME, credits)] if credits else [], list[str]()
    for path in scan.annotations:
        below = path.relative_to(folder).parts
        coco = path.suffix.lower() == ".json"
        try:
            read.append(read_file(path, "/".join(below), anywhere=coco, below=() if coco else below[:-1]))
        except CollectionError as error:  # the file may be anything, so the images are indexed without it
            problems.append(str(error))
    read += [read_file(path, anywhere=True) for path in files]
    first = {parts[0] for image in scan.files if len(parts := image.relative_to(folder).parts) > 1}
    splits = frozenset(name for name in first if name.lower() in SPLITS)
    if len(splits) < 2:
        splits = frozenset(first) if first == {IMAGE_FOLDER} and scan.annotations else frozenset()
    summaries, faults = _compared(read, lambda: (image.relative_to(folder).parts for image in scan.files))
    return Annotations(tuple(read), splits, tuple(problems), summaries, faults)


def read_given(files: Sequence[Path], images: Sequence[Sequence[str]] = ()) -> Annotations:
    """Read files of annotations about images that are in no folder. Raises as ``read_annotations`` does.

    Args:
        files: The files.
        images: The paths of the images, each as its parts.
    """
    read = [read_file(path, anywhere=True) for path in files]
    summaries, faults = _compared(read, lambda: images)
    return Annotations(tuple(read), summaries=summaries, faults=faults)


def _compared(
    files: Sequence[AnnotationFile], images: Callable[[], Iterable[Sequence[str]]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Look for the images that the files name. Return all summaries, and the summaries that report a row without effect."""
    if not files:
        return (), ()
    for parts in images():
        ends = path_ends(parts)
        for file in files:
            file.look_for(ends)
    similar = by_name(files, images()) if any(file.unused for file in files) else {}
    summaries = {file.summary(similar): file.has_faults for file in files}
    return tuple(summaries), tuple(summary for summary, faulty in summaries.items() if faulty)
