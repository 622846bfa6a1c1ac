"""What a collection is called in Milvus, where names have only letters, digits and underscores.

Every version of a collection has three parts: the images with the vectors that a text search compares, the features that describe
their looks, and what is known of the collection as a whole. An alias leads to the images of the version that is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from devise_core.collections.writer import check_name
from devise_core.errors import CollectionError

PREFIX = "milvus:"
"""``milvus:NAME`` is the collection NAME of the configured server."""
_ROOT = "semblance_"
_LONGEST = 200
_VERSION = re.compile(rf"({_ROOT}(?:[A-Za-z0-9]|_[0-9a-f]+_)+)_v(\d+)")


def alias_of(name: str) -> str:
    """Return the alias of a collection: "my stamps" → "semblance_my_20_stamps".

    Raises:
        CollectionError: No collection can have this name.
    """
    alias = _ROOT + "".join(
        letter if letter.isascii() and letter.isalnum() else f"_{ord(letter):x}_" for letter in check_name(name)
    )
    if len(alias) > _LONGEST:
        raise CollectionError(f"The name {name} is too long for Milvus. Use fewer letters, or only those without accents.")
    return alias


def name_of(alias: str) -> str:
    """Return the name of the collection that has an alias."""
    return re.sub(r"_([0-9a-f]+)_", lambda code: chr(int(code[1], 16)), alias.removeprefix(_ROOT))


@dataclass(frozen=True, order=True)
class Version:
    """One version of a collection.

    Attributes:
        alias: The alias of the collection.
        number: When the version was begun, in milliseconds since 1970.
    """

    alias: str
    number: int

    @classmethod
    def read(cls, images: str) -> Version | None:
        """Return the version whose ``images`` have this name in Milvus, or None for anything else."""
        matching = _VERSION.fullmatch(images)
        return cls(matching[1], int(matching[2])) if matching else None

    @property
    def images(self) -> str:
        """The part with the vectors of the score and all that is known of each image."""
        return f"{self.alias}_v{self.number}"

    @property
    def looks(self) -> str:
        """The part with the features."""
        return f"{self.images}_looks"

    @property
    def about(self) -> str:
        """The part with what is known of the collection as a whole."""
        return f"{self.images}_about"

    @property
    def parts(self) -> tuple[str, str, str]:
        """All parts, the images last. A version is found by its images, so one that is only partly deleted is still found."""
        return self.looks, self.about, self.images
