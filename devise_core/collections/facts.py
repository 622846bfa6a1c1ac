"""What was noted about a collection when it was written."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from devise_core.datatypes import Item
from devise_core.search.ranking import Mask

GIVEN_DATES = "given_dates"
"""The fact that sums ``date_mark`` over all images. It changes if annotations no longer give a date that they gave before.
Collections of earlier versions lack the fact, and dates."""


def date_mark(item: Item) -> int:
    """Return a number for the date that annotations give an image, or 0 if they give none.

    Args:
        item: The item without the date in the image's file.
    """
    return zlib.crc32(f"{item.id} {item.taken}".encode(errors="surrogateescape")) if item.taken else 0


class CollectionFacts:
    """The title and other facts about a collection that pages use."""

    name: str

    @property
    def facts(self) -> Mapping[str, Any]:
        """What was noted about the collection when it was written. Empty for a collection that is in no file."""
        return {}

    @property
    def title(self) -> str:
        """What pages call the collection: the title it was written with, or else its name."""
        return str(self.facts.get("title") or self.name)

    @property
    def description(self) -> str:
        """What the collection shows, in a sentence, or an empty string."""
        return str(self.facts.get("description", ""))

    @property
    def blank_images(self) -> Mask | None:
        """Which images show hardly anything ``(n,)``. None if all show something, or if this was not checked."""
        return None

    @property
    def has_cut_outs(self) -> bool:
        """Whether the images are objects on a transparent background, which must be shown whole."""
        return bool(self.facts.get("cut_outs", False))

    @property
    def chance(self) -> float | None:
        """The chance level over all images (see ``About.chance``), or None if it was not computed."""
        chance = self.facts.get("chance")
        return None if chance is None else float(chance)
