"""The exceptions of the library. Each message says what is wrong and what to do."""

from __future__ import annotations

import copyreg
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from devise_core.installation import PROGRAM, extra_of, install_command

LONGEST = 60
"""The most characters of a word in a message."""
LONGEST_PATH = 300
"""The most characters of a path in a message."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return ``text`` as ``one_line`` does, cut with an ellipsis to at most ``longest`` characters."""
    text = one_line(text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def one_line(text: str) -> str:
    """Return ``text`` with its control characters escaped, so that a file name cannot break a line or colour the terminal."""
    return _CONTROL.sub(lambda control: control[0].encode("unicode_escape").decode(), text)


def shown_value(value: object) -> str:
    """Return the ``repr`` of a value, on one line and shortened."""
    return shortened(" ".join(repr(value).split()))


class DeviseError(Exception):
    """The base class of all exceptions that this library raises on purpose.

    Example:
        >>> try:
        ...     engine.search_text("violin", k=0)
        ... except DeviseError as error:
        ...     print(error)
        k is the number of results, a whole number from 1 to 1000. Received: 0.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        """Let pickle and copy rebuild the error without its constructor, which may take something else than the message."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]  # not in its stub


class UnknownWordError(DeviseError):
    """No word of a query is in the vocabulary.

    Attributes:
        suggestions: Each unknown word and its nearest spellings, nearest first. A word may have no suggestion.

    Example:
        >>> engine.search_text("xqzv")
        Traceback (most recent call last):
        devise_core.errors.UnknownWordError: The word “xqzv” is unknown. Try another English word.
    """

    def __init__(self, suggestions: Mapping[str, Sequence[str]]) -> None:
        self.suggestions = {word: list(near) for word, near in suggestions.items()}
        super().__init__(" ".join(self._sentence(word) for word in self.suggestions))

    def _sentence(self, word: str) -> str:
        near = self.suggestions[word][:3]
        advice = f"Did you mean {' or '.join(near)}?" if near else "Try another English word."
        return f"The word “{shortened(word)}” is unknown. {advice}"


class QueryError(DeviseError):
    """A query or one of its options is invalid.

    Attributes:
        position: The offset in the query of the character at fault, or None if the error is about no single character.

    Example:
        >>> engine.search_text("bird +")
        Traceback (most recent call last):
        devise_core.errors.QueryError: A term is missing at character 7. Write one there, or remove the operator.
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        self.position = position
        super().__init__(message)


class NoVocabularyError(DeviseError):
    """The operation needs a vocabulary, but the text encoder of the model has none."""

    def __init__(self) -> None:
        super().__init__("This model has no word list. Search by text or by image, or give the labels to choose from.")


class ImageError(DeviseError):
    """An image cannot be used. It is too large, truncated or not an image.

    Example:
        >>> engine.label_image("missing.jpg")
        Traceback (most recent call last):
        devise_core.errors.ImageError: There is no file missing.jpg. Check the path.
    """


class BusyError(DeviseError):
    """The server is busy. The message says when to try again.

    Attributes:
        guard: The name of the limit that was reached.
    """

    def __init__(self, message: str, guard: str) -> None:
        self.guard = guard
        super().__init__(message)


class AbandonedError(DeviseError):
    """The visitor for whom the work was done has left. A visitor whose connection comes back reads the message."""

    def __init__(self) -> None:
        super().__init__("The connection was lost while this was being read. Try again.")


class ArtifactError(DeviseError):
    """A file of the model is missing, damaged or of another version, or an encoder returns something that cannot be used.

    Example:
        >>> load_engine("nowhere")
        Traceback (most recent call last):
        devise_core.errors.ArtifactError: There is no folder nowhere. Check its path, or restore the folder from a backup.
    """


class CollectionError(DeviseError):
    """A collection cannot be made, opened or used. For example, it is missing, empty or damaged.

    Example:
        >>> engine.more_like("dodo")
        Traceback (most recent call last):
        devise_core.errors.CollectionError: The collection stamps has no image “dodo”. ...
    """


class UnknownCollectionError(CollectionError):
    """There is no collection of this name.

    Attributes:
        name: The name.

    Example:
        >>> engine.on("holidays")
        Traceback (most recent call last):
        devise_core.errors.UnknownCollectionError: There is no collection “holidays” (there are: ...). Make one with `...`.
    """

    def __init__(self, name: str, known: Sequence[str], problem: str = "") -> None:
        self.name = name
        names = shortened(", ".join(known) or "none", 200)
        remedy = problem or f"Make one with `{PROGRAM} index FOLDER --name NAME`."
        super().__init__(f"There is no collection “{shortened(name)}” (there are: {names}). {remedy}")


class OtherModelError(CollectionError):
    """A collection was made with another model, so its vectors cannot be compared with those of the open model."""


class UnreachableStoreError(CollectionError):
    """The server that holds a collection does not answer, or refuses the client."""


class NoMapError(CollectionError):
    """There is no map of a collection, because its images are on another machine."""


class NoCollectionError(CollectionError):
    """The model has no collection to search."""

    def __init__(self) -> None:
        super().__init__(
            f"This model has no collection yet. Make one with `{PROGRAM} index FOLDER --name NAME --artifacts MODEL_FOLDER`."
        )


class SlowCollectionError(CollectionError):
    """A collection takes too long to open. It continues to open, and the message says what to do in the meantime."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(
            f"The collection “{shortened(name)}” has not opened within {seconds:g} seconds. "
            "Choose another one, or try again in a minute."
        )


class BuildError(DeviseError):
    """The data that an offline job reads are missing or have unexpected content."""


class FetchError(DeviseError):
    """A data set, or a part of it, cannot be downloaded."""


class WordVectorError(DeviseError):
    """A file of word vectors cannot be read. It is truncated or damaged, or has an unexpected format or dimension."""


class SettingsError(DeviseError):
    """An environment variable has a value that is not allowed."""


class MissingPackageError(DeviseError):
    """A package of an extra (an optional group of packages) is not installed.

    Attributes:
        module: The module that could not be imported.
        extra: The extra of this library that installs the module.
    """

    def __init__(self, module: str, extra: str) -> None:
        self.module, self.extra = module, extra
        super().__init__(f"This needs the package {module}. Install it with {install_command(extra)}.")


class DeploymentError(DeviseError):
    """This machine or checkout cannot serve the app. ``doctor`` lists the reasons."""


def missing_package(error: ModuleNotFoundError) -> MissingPackageError | None:
    """Return the error that says which extra to install, or None if the module is in no extra."""
    module = (error.name or "").partition(".")[0]
    extra = extra_of(module)
    return MissingPackageError(module, extra) if extra else None


@contextmanager
def extras_needed() -> Iterator[None]:
    """Turn the error of a missing module into one that says which extra to install.

    Raises:
        MissingPackageError: If a module of an extra is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        advice = missing_package(error)
        if advice is None:
            raise
        raise advice from error
