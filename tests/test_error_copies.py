"""Every exception can be pickled and copied, so that a worker process can raise it in the process that waits for the result."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from devise_core import client  # noqa: F401  defines ApiError
from devise_core.client import ApiError
from devise_core.datasets.download import UnreachableError
from devise_core.errors import (
    AbandonedError,
    BusyError,
    DeviseError,
    MissingPackageError,
    NoCollectionError,
    NoVocabularyError,
    QueryError,
    SlowCollectionError,
    UnknownCollectionError,
    UnknownWordError,
)
from devise_core.vision.decoder_errors import DamagedError

MADE: dict[type[DeviseError], DeviseError] = {
    type(error): error
    for error in (
        UnknownWordError({"hund": ["hound"], "xqzv": []}),
        QueryError("A term is missing.", 3),
        NoVocabularyError(),
        BusyError("Try again.", "memory"),
        AbandonedError(),
        UnknownCollectionError("holidays", ["photos"]),
        NoCollectionError(),
        SlowCollectionError("photos", 3.0),
        MissingPackageError("sklearn", "tables"),
        ApiError("No.", 404, "unknown-word", {"suggestions": {}}, 3),
        DamagedError("photo.jpg is damaged."),
        UnreachableError("No answer."),
    )
}
"""An error of each class that has a constructor of its own, or is defined beside the code that raises it."""


def classes(kind: type[DeviseError] = DeviseError) -> Iterator[type[DeviseError]]:
    """Yield a class and all classes that derive from it."""
    yield kind
    for derived in kind.__subclasses__():
        yield from classes(derived)


def raise_unknown_word(word: str) -> None:
    raise UnknownWordError({word: ["hound"]})


@pytest.mark.parametrize("kind", [each for each in classes() if each.__module__.startswith("devise_core")])
@pytest.mark.parametrize("copied", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
def test_an_error_keeps_its_message_and_its_attributes(
    kind: type[DeviseError], copied: Callable[[DeviseError], DeviseError]
) -> None:
    error = MADE.get(kind) or kind("The model is missing.")
    error.add_note("It was the third image.")
    again = copied(error)
    assert (type(again), str(again), again.args, vars(again)) == (kind, str(error), error.args, vars(error))
    assert again.__notes__[-1] == "It was the third image."


def test_an_error_of_a_worker_process_reaches_the_caller() -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool, pytest.raises(UnknownWordError, match="hund") as raised:
        pool.submit(raise_unknown_word, "hund").result(timeout=60)
    assert raised.value.suggestions == {"hund": ["hound"]}
