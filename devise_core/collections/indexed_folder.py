"""The result of indexing a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from devise_core.errors import one_line
from devise_core.storage.paths import CollectionLayout


@dataclass(frozen=True)
class Changes:
    """How a collection differs from its earlier version.

    Attributes:
        before: How many images the earlier version had. 0 if the collection is new.
        new: How many images were added.
        changed: How many images, or their labels, captions and dates, have changed.
        removed: How many images were removed.
        kept: How many images were kept as they were, because their files cannot be read at the moment.
    """

    before: int = 0
    new: int = 0
    changed: int = 0
    removed: int = 0
    kept: int = 0

    def __str__(self) -> str:
        """Return the changes in words, such as "6 new, 1 changed", or "no changes"."""
        counts = {"new": self.new, "changed": self.changed, "removed": self.removed, "kept though not readable now": self.kept}
        return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "no changes"

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of new, changed, removed and kept images, by name."""
        return {"new": self.new, "changed": self.changed, "removed": self.removed, "kept": self.kept}


@dataclass
class IndexedFolder:
    """The result of indexing a folder.

    Attributes:
        folder: The collection's folder.
        count: How many images are in the collection.
        skipped: One sentence for each file or folder that cannot be read, beginning with its path.
        notes: One sentence for each image that was read although its file is damaged, and for each file of annotations with
            a row that has no effect. Each sentence begins with the path of the file.
        left_out: How many files and folders of each kind were left out, in words, such as "3 videos".
        left_out_folders: One sentence for each folder that was left out, beginning with its path.
        annotations: One sentence for each file of annotations that was read, with the number of images that the file describes.
        skipped_folders: How many of ``skipped`` are about folders.
        changes: What has changed since the earlier version. If that cannot be read, all images count as new.
    """

    folder: Path
    count: int = 0
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    left_out_folders: list[str] = field(default_factory=list)
    annotations: list[str] = field(default_factory=list)
    skipped_folders: int = 0
    changes: Changes = Changes()

    @property
    def report(self) -> Path:
        """The file with the lines of ``skipped``, ``notes`` and ``left_out_folders``."""
        return Path(CollectionLayout(self.folder).skipped)

    def write_report(self, folder: Path) -> None:
        """Write the report to the collection in ``folder``."""
        lines = (*self.skipped, *self.notes, *self.left_out_folders)
        text = "".join(f"{one_line(line)}\n" for line in lines)  # the name of a file may have a line break
        CollectionLayout(folder).skipped.write_text(text, encoding="utf-8", errors="replace")
