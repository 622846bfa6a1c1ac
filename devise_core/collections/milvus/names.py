"""The names of collections in Milvus, which allows only letters, digits and underscores.

Writing a collection again makes a new *version* of it. Every version has three *parts*, each of which is a collection for Milvus.
The part ``images`` has the images with the vectors that a text search compares. The part ``looks`` has the features, which describe
how the images look. The part ``about`` has what is known of the collection as a whole. An alias in Milvus points to the part
``images`` of the version that readers see.
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
        CollectionError: The name is not allowed for a collection, or is too long for Milvus.
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
        """Return the version whose part ``images`` has this name in Milvus, or None if no version has such a name."""
        matching = _VERSION.fullmatch(images)
        return cls(matching[1], int(matching[2])) if matching else None

    @property
    def images(self) -> str:
        """The name of the part with the vectors of the score and all that is known of each image."""
        return f"{self.alias}_v{self.number}"

    @property
    def looks(self) -> str:
        """The name of the part with the features."""
        return f"{self.images}_looks"

    @property
    def about(self) -> str:
        """The name of the part with what is known of the collection as a whole."""
        return f"{self.images}_about"

    @property
    def parts(self) -> tuple[str, str, str]:
        """The names of all parts in the order of deletion. Versions are found by ``images``, so this part is deleted last."""
        return self.looks, self.about, self.images
