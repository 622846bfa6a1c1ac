"""The docstring of every verb of the engine says what it takes, returns and raises."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap

import pytest

from devise_core import Engine, errors
from devise_core.errors import DeviseError, QueryError
from devise_core.search.index import MAX_HITS
from tests.docstring_sections import ENTRY, Function, documented, section
from tests.public_names import VERBS


def tree(function: Function) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def raised(verb: Function) -> set[type[DeviseError]]:
    """Return the errors that a verb raises itself. Those of the functions that it calls are for the author to judge."""
    kinds: set[type[DeviseError]] = set()
    for node in ast.walk(tree(verb)):
        if isinstance(node, ast.Raise) and node.exc:
            name = getattr(node.exc.func if isinstance(node.exc, ast.Call) else node.exc, "id", "")
            kind = getattr(errors, name, None)
            kinds |= {kind} if inspect.isclass(kind) and issubclass(kind, DeviseError) else set()
    return kinds


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_verb_says_what_it_takes_and_returns(verb: Function) -> None:
    parameters = [name for name in inspect.signature(verb).parameters if name != "self"]
    assert ENTRY.findall(section(verb, "Args")) == parameters
    if parameters:
        assert section(verb, "Returns", "Yields").strip()


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_verb_says_what_it_raises(verb: Function) -> None:
    assert [kind.__name__ for kind in raised(verb) if not issubclass(kind, documented(verb))] == []


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_verb_says_how_many_results_it_returns_at_most(verb: Function) -> None:
    if "k" in inspect.signature(verb).parameters:
        assert re.search(rf"^    k: How many .*from 1 to {MAX_HITS}\.", section(verb, "Args"), re.MULTILINE)


def test_errors_that_are_raised_are_found() -> None:
    assert raised(Engine.nearest_to_term) == {QueryError}
    assert raised(Engine.close) == set()
