"""The examples in the docstrings of the public names run, over the bundled artifacts."""

from __future__ import annotations

import doctest
import sys

import pytest

from devise_core import Engine
from tests.public_names import BASES, PUBLIC

pytestmark = pytest.mark.artifacts
OWNERS = [owner for owner in Engine.__mro__ if owner is not object]
MODULES = sorted({each.__module__ for each in (*OWNERS, *PUBLIC, *BASES)})
VERBS = {name: verb for owner in OWNERS for name, verb in vars(owner).items() if callable(verb) and not name.startswith("_")}
WITHOUT_EXAMPLE = {"best_evidence", "encoded", "hits", "losses", "names", "regions", "results", "search_encoded"}
"""Verbs that are in the example of another verb, or that need no example."""


@pytest.mark.parametrize("module", MODULES)
def test_examples_run(engine: Engine, module: str) -> None:
    outcome = doctest.testmod(sys.modules[module], extraglobs={"engine": engine}, optionflags=doctest.ELLIPSIS)
    assert outcome.attempted
    assert not outcome.failed


def test_verbs_have_an_example() -> None:
    assert {name for name, verb in VERBS.items() if ">>>" not in (verb.__doc__ or "")} == WITHOUT_EXAMPLE
