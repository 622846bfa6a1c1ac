"""What is known of one image besides its pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ImageNote:
    """What is known of one image.

    Attributes:
        labels: What the image shows.
        caption: A sentence about the image.
        author: Who made the image.
        licence: The terms that the image is used under.
        source: The web page of the image.
        taken: When the photo was taken (``Item.taken``).
    """

    labels: tuple[str, ...] = ()
    caption: str = ""
    author: str = ""
    licence: str = ""
    source: str = ""
    taken: str = ""

    def merged(self, other: ImageNote) -> ImageNote:
        """Return this note with the labels of both notes, and with the facts of ``other`` where this note has none."""
        return ImageNote(
            tuple(dict.fromkeys((*self.labels, *other.labels))),
            self.caption or other.caption,
            self.author or other.author,
            self.licence or other.licence,
            self.source or other.source,
            self.taken or other.taken,
        )
