"""The base class of all text encoders."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from devise_core.encoder_results import unit_rows_returned
from devise_core.text.query import PlacedClause
from devise_core.text.query_parser import Clause
from devise_core.text.vocabulary import Vocabulary
from devise_core.vectors import Floats

NO_SPELLINGS: Mapping[str, str] = {}


class TextEncoder(ABC):
    """A model that maps texts to unit vectors in the embedding space, the space that an image encoder maps images to.

    A subclass defines ``dimension`` and ``encode``. A subclass with a list of words also has a ``vocabulary`` and overrides
    ``place``, so that a query can say which of its words are unknown. Every subclass must pass
    ``tests/test_text_encoder.py``.

    Example:
        >>> import numpy as np
        >>> from devise_core.vectors import unit
        >>> class Lengths(TextEncoder):
        ...     dimension = 2
        ...     def encode(self, texts):
        ...         return unit(np.array([[len(text), 1] for text in texts], dtype=np.float32))
        >>> Lengths().embed("dog").shape
        (2,)
    """

    @property
    @abstractmethod
    def dimension(self) -> int:
        """The dimension ``d`` of the vectors."""

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The list of words that the encoder knows, or None if the encoder has no such list."""
        return None

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> Floats:
        """Encode ``n`` labels or captions. Query operators such as a minus have no effect in them.

        Returns:
            Unit rows ``float32 (n, d)``, in the order of ``texts``. The shape is ``(0, d)`` if ``texts`` is empty.

        Raises:
            QueryError: A text is too long or has no word.
            UnknownWordError: None of the words of a text is known.
        """

    def encode_checked(self, texts: Sequence[str]) -> Floats:
        """Return what ``encode`` returns, after a check that it can be compared. All callers use this method.

        Raises:
            QueryError: A text is too long or has no word.
            UnknownWordError: None of the words of a text is known.
            ArtifactError: The vectors are not finite unit vectors of ``dimension`` numbers, one for each text.
        """
        return unit_rows_returned(self, self.encode(texts), len(texts), "vectors", self.dimension)

    def embed(self, text: str) -> Floats:
        """Encode one label or caption to a unit vector ``float32 (d,)``. Raises the same errors as ``encode_checked``."""
        vector: Floats = self.encode_checked([text])[0]
        return vector

    def place(self, clause: Clause, spellings: Mapping[str, str] = NO_SPELLINGS) -> PlacedClause:  # noqa: ARG002
        """Find the vector of one clause (term) of a query, such as "bird near water" in "bird near water -boat".

        Args:
            clause: The clause.
            spellings: Misspelled words, each with its right spelling. An encoder without a vocabulary ignores them.
        """
        return PlacedClause(clause, self.embed(clause.text), [(clause.text, 1.0)])
