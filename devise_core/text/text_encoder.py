"""The contract of every text encoder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np

from devise_core.text.query import PlacedClause
from devise_core.text.query_parser import Clause
from devise_core.text.vocabulary import Vocabulary
from devise_core.vectors import Floats

NO_SPELLINGS: Mapping[str, str] = {}


class TextEncoder(ABC):
    """A model that turns texts into unit vectors, in the space that an image encoder maps images into.

    A subclass defines ``dimension`` and ``encode``. One with a list of words also has a ``vocabulary`` and overrides
    ``place``, so that a query can say which of its words are unknown. ``tests/test_text_encoder.py`` is the contract that
    every subclass passes.

    Example:
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
        """The length ``d`` of a vector."""

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The words that the encoder knows one by one, or None if it has no such list."""
        return None

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> Floats:
        """Encode ``n`` labels or captions, each as it is written, without query operators.

        Returns:
            Unit rows ``float32 (n, d)``, in order; ``(0, d)`` for no text.

        Raises:
            QueryError: A text is too long or has no word.
            UnknownWordError: No word of a text is known.
        """

    def embed(self, text: str) -> Floats:
        """Encode one label or caption to a unit vector ``float32 (d,)``. Raises like ``encode``."""
        (vector,) = self.encode([text])
        return np.asarray(vector, dtype=np.float32)

    def place(self, clause: Clause, spellings: Mapping[str, str] = NO_SPELLINGS) -> PlacedClause:  # noqa: ARG002
        """Place one clause of a query, such as "bird near water" in "bird near water -boat".

        Args:
            clause: The clause.
            spellings: Misspelled words, each with the right spelling. An encoder without a vocabulary corrects none.
        """
        return PlacedClause(clause, self.embed(clause.text), [(clause.text, 1.0)])
