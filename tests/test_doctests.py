"""The examples in the docstrings of the public names run, over the bundled artifacts."""

from __future__ import annotations

import doctest
import sys

import pytest

from devise_core import Engine, load_engine
from devise_core.client import SemblanceClient
from tests.api_server import served_api
from tests.documents import ROOT
from tests.public_names import BASES, ERRORS, PUBLIC, SEARCHES

pytestmark = pytest.mark.artifacts
OWNERS = [owner for owner in Engine.__mro__ if owner is not object]
NAMES = {"load_engine": load_engine}
MODULES = sorted({each.__module__ for each in (*OWNERS, *PUBLIC, *BASES, *SEARCHES)})
VERBS = {name: verb for owner in OWNERS for name, verb in vars(owner).items() if callable(verb) and not name.startswith("_")}
CLIENT_WITHOUT_EXAMPLE = {
    "close",
    "collection",
    "collections",
    "embed_image",
    "embed_text",
    "health",
    "ready",
    "search",
    "search_all",
    "thumbnail",
}
"""Methods of the client that are in the example of another method, or that need no example."""

ERRORS_WITHOUT_EXAMPLE = {
    *("AbandonedError", "BusyError", "DeploymentError", "SlowCollectionError", "UnreachableStoreError"),
    *("BuildError", "FetchError", "WordVectorError"),
    *("MissingPackageError", "NoCollectionError", "NoMapError", "NoVocabularyError", "OtherModelError", "SettingsError"),
}
"""Errors that need a busy server, an offline job, or a model or machine other than that of the examples."""


@pytest.mark.parametrize("module", MODULES)
def test_examples_run(engine: Engine, module: str) -> None:
    outcome = doctest.testmod(sys.modules[module], extraglobs=NAMES | {"engine": engine}, optionflags=doctest.ELLIPSIS)
    assert outcome.attempted
    assert not outcome.failed


def test_examples_of_the_client_run_over_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with served_api() as server:
        names = {"client": server.client, "address": server.address}
        outcome = doctest.testmod(sys.modules[SemblanceClient.__module__], extraglobs=names, optionflags=doctest.ELLIPSIS)
    assert outcome.attempted
    assert not outcome.failed


def test_methods_of_the_client_have_an_example() -> None:
    methods = {name: method for name, method in vars(SemblanceClient).items() if callable(method) and not name.startswith("_")}
    assert {name for name, method in methods.items() if ">>>" not in (method.__doc__ or "")} == CLIENT_WITHOUT_EXAMPLE


def test_errors_have_an_example() -> None:
    assert {error.__name__ for error in ERRORS if ">>>" not in (error.__doc__ or "")} == ERRORS_WITHOUT_EXAMPLE


def test_verbs_have_an_example() -> None:
    assert {name for name, verb in VERBS.items() if ">>>" not in (verb.__doc__ or "")} == set()
