"""One family of errors. Every message is a sentence for a person, and names the remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LONGEST = 60
"""Characters of a word in a message."""


def shortened(text: str, longest: int = LONGEST) -> str:
    """``text``, or its beginning and an ellipsis, in at most ``longest`` characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


class DeviseError(Exception):
    """Base of everything this library raises on purpose."""


class UnknownWordError(DeviseError):
    """No word of a query is in the vocabulary.

    ``suggestions`` maps each unknown word to its nearest spellings, nearest first; a word may have none.
    """

    def __init__(self, suggestions: Mapping[str, Sequence[str]]) -> None:
        self.suggestions = {word: list(near) for word, near in suggestions.items()}
        super().__init__(" ".join(self._sentence(word) for word in self.suggestions))

    def _sentence(self, word: str) -> str:
        near, shown = self.suggestions[word], shortened(word)
        if not near:
            return f"No word vector for “{shown}”: try an English word for the thing."
        return f"No word vector for “{shown}”: did you mean {' or '.join(near[:3])}?"


class QueryError(DeviseError):
    """A query or one of its settings cannot be read; ``position`` is a character offset where there is one."""

    def __init__(self, message: str, position: int | None = None) -> None:
        self.position = position
        super().__init__(message)


class NoVocabularyError(DeviseError):
    """The model's text encoder has no list of words, which this needs."""

    def __init__(self) -> None:
        super().__init__("This model has no word list. Search by text or by image, or give the labels to choose from.")


class ImageError(DeviseError):
    """A picture cannot be used: too large, truncated, or no picture at all."""


class BusyError(DeviseError):
    """Too much is asked for at once; the message says when to ask again. ``guard``: what refused."""

    def __init__(self, message: str, guard: str) -> None:
        self.guard = guard
        super().__init__(message)


class ArtifactError(DeviseError):
    """A file of the model is missing, damaged, or of another version."""


class CollectionError(DeviseError):
    """A collection is missing, empty or damaged."""


class OtherModelError(CollectionError):
    """A collection was made with another model than the one that is open: their vectors cannot be compared."""


class BuildError(DeviseError):
    """An offline job lacks a source, or a source is not what the job was written for."""


class FetchError(DeviseError):
    """A data set, or a part of it, was not to be had from its home or a mirror."""


class WordVectorError(DeviseError):
    """A file of word vectors cannot be read: of another format or dimension than expected, truncated, or damaged."""


class SettingsError(DeviseError):
    """An environment variable has a value that is not allowed."""


class DeploymentError(DeviseError):
    """This machine or checkout lacks what serving needs; ``doctor`` has listed it."""
