"""The result of indexing a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from devise_core.storage.paths import CollectionLayout


@dataclass
class IndexedFolder:
    """The result of indexing a folder.

    Attributes:
        folder: The collection's folder.
        count: How many images are in the collection.
        skipped: A sentence for each file or folder that cannot be read, which begins with its path. They are also in
            ``skipped.txt`` in the collection's folder.
        left_out: What was not looked at, in words, such as "3 videos".
    """

    folder: Path
    count: int = 0
    skipped: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def report(self) -> Path:
        """The file with the lines of ``skipped``."""
        return Path(CollectionLayout(self.folder).skipped)

    def write_report(self, folder: Path) -> None:
        """Write the lines of ``skipped`` to the collection in ``folder``."""
        text = "".join(f"{reason}\n" for reason in self.skipped)
        CollectionLayout(folder).skipped.write_text(text, encoding="utf-8", errors="replace")
