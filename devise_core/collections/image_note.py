"""What is known of one image besides its pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ImageNote:
    """What is known of one image.

    Attributes:
        labels: What it shows.
        caption: A sentence about it.
        author: Who made it.
        licence: The terms it is used under.
        source: Its page on the web.
    """

    labels: tuple[str, ...] = ()
    caption: str = ""
    author: str = ""
    licence: str = ""
    source: str = ""

    def merged(self, other: ImageNote) -> ImageNote:
        """Return the note with the facts of ``other`` where this one has none, and the labels of both."""
        return ImageNote(
            tuple(dict.fromkeys((*self.labels, *other.labels))),
            self.caption or other.caption,
            self.author or other.author,
            self.licence or other.licence,
            self.source or other.source,
        )
