"""The examples in the docstrings of the engine's verbs run, over the bundled artifacts."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from devise_core import Engine
from devise_core import engine as engine_module
from devise_core.verbs import base, search, words

pytestmark = pytest.mark.artifacts
VERBS = {
    name: verb
    for owner in (engine_module.Engine, base.EngineBase, search.SearchVerbs, words.WordVerbs)
    for name, verb in vars(owner).items()
    if callable(verb) and not name.startswith("_")
}
WITHOUT_EXAMPLE = {"hits", "losses", "regions", "results", "search_encoded"}
"""Verbs whose example is in another's, or that return what a file holds."""


@pytest.mark.parametrize("module", [engine_module, base, search, words], ids=lambda module: module.__name__)
def test_examples_run(engine: Engine, module: ModuleType) -> None:
    outcome = doctest.testmod(module, extraglobs={"engine": engine}, optionflags=doctest.ELLIPSIS)
    assert outcome.attempted
    assert not outcome.failed


def test_verbs_have_an_example() -> None:
    assert {name for name, verb in VERBS.items() if ">>>" not in (verb.__doc__ or "")} == WITHOUT_EXAMPLE
