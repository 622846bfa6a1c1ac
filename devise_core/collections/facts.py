"""What was noted about a collection when it was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devise_core.search.ranking import Mask


class CollectionFacts:
    """What pages say about a collection, read from its facts."""

    name: str

    @property
    def facts(self) -> Mapping[str, Any]:
        """What was noted about the collection when it was written. Empty for one that is in no file."""
        return {}

    @property
    def title(self) -> str:
        """What pages call the collection. If it was written without a title, that is its name."""
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
        """The chance level over all images, if it was computed when the collection was written."""
        chance = self.facts.get("chance")
        return None if chance is None else float(chance)
