"""What files beside the images say about them: labels, captions, authors, licences and sources, for ``index``.

These files are read from the folder of the images:

- ``credits.csv``, which ``fetch commons`` writes,
- ``metadata.csv`` and ``metadata.jsonl``, as the ImageFolder of Hugging Face Datasets has them. They may be in sub-folders too,
  such as ``train``, and name images relative to the folder they are in,
- ``annotations/*.json`` in the format of COCO, with the categories or the captions of the images.

Other files in these formats are given by name.
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
"""Names of the parts of a data set. They are not used as labels if a folder has at least two of them."""
IMAGE_FOLDER = "images"
"""The folder of all images of an exported data set. It is not used as a label if a file of annotations is beside it."""


@dataclass(frozen=True)
class Annotations:
    """The notes about the images of a folder.

    Attributes:
        files: The files with notes, the most important first.
        splits: The top folders that name a part of the data set, such as "train".
        problems: A sentence for each file in the folder that cannot be read. It begins with the path.
        summaries: A sentence for each file, with how many images it is about and which of its images are not there.
        faults: Those of ``summaries`` that tell of a row without effect.
    """

    files: tuple[AnnotationFile, ...] = ()
    splits: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    def of(self, parts: Sequence[str]) -> ImageNote:
        """Return what is known of the image at a path, which is given in parts. Notes about the same image are merged."""
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
    """Read what the files beside the images say about them.

    Args:
        folder: The folder of the images.
        scan: What is in it: the files of annotations, and the images, whose paths show the parts of a data set.
        files: Further files of annotations, which may be anywhere: ``.csv``, ``.jsonl`` or COCO's ``.json``.

    Returns:
        What is said about each image, the folders that are parts of a data set, and what files beside the images could not be read.

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
        except CollectionError as error:  # it may be anything, so the images are indexed without it
            problems.append(str(error))
    read += [read_file(path, anywhere=True) for path in files]
    first = {parts[0] for image in scan.files if len(parts := image.relative_to(folder).parts) > 1}
    splits = frozenset(name for name in first if name.lower() in SPLITS)
    if len(splits) < 2:
        splits = frozenset(first) if first == {IMAGE_FOLDER} and scan.annotations else frozenset()
    summaries, faults = _compared(read, lambda: (image.relative_to(folder).parts for image in scan.files))
    return Annotations(tuple(read), splits, tuple(problems), summaries, faults)


def read_given(files: Sequence[Path], images: Sequence[Sequence[str]] = ()) -> Annotations:
    """Read files of annotations about images that are in no folder. Raises what ``read_annotations`` does.

    Args:
        files: The files.
        images: The paths of the images, in parts.
    """
    read = [read_file(path, anywhere=True) for path in files]
    summaries, faults = _compared(read, lambda: images)
    return Annotations(tuple(read), summaries=summaries, faults=faults)


def _compared(
    files: Sequence[AnnotationFile], images: Callable[[], Iterable[Sequence[str]]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Look for the images of the files. Return the summaries, and those that tell of a row without effect."""
    if not files:
        return (), ()
    for parts in images():
        ends = path_ends(parts)
        for file in files:
            file.look_for(ends)
    similar = by_name(files, images()) if any(file.unused for file in files) else {}
    summaries = {file.summary(similar): file.has_faults for file in files}
    return tuple(summaries), tuple(summary for summary, faulty in summaries.items() if faulty)
