"""The docstring of every verb of the engine says what it takes, returns and raises."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from functools import cached_property
from typing import Any

import pytest

from devise_core import Engine, errors
from devise_core.errors import DeviseError, QueryError
from tests.public_names import VERBS

Function = Callable[..., Any]
_ENTRY = re.compile(r"^    (\w+): \S", re.MULTILINE)


def section(verb: Function, *names: str) -> str:
    """Return the text of the first of these sections that a docstring has, or an empty text."""
    text = inspect.getdoc(verb) or ""
    match = re.search(rf"^(?:{'|'.join(names)}):\n((?:    .*\n?|\n)+)", text, re.MULTILINE)
    return match[1] if match else ""


def called(function: Function) -> list[Function]:
    """Return the functions of the library that a function names, and the methods and properties of the engine."""
    functions: list[Any] = []
    for node in ast.walk(tree(function)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            member = inspect.getattr_static(Engine, node.attr, None)
            functions.append(member.func if isinstance(member, cached_property) else getattr(member, "fget", member))
        elif isinstance(node, ast.Name):
            functions.append(function.__globals__.get(node.id))
    return [each for each in functions if inspect.isfunction(each) and each.__module__.startswith("devise_core.")]


def tree(function: Function) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def raised(verb: Function) -> set[type[DeviseError]]:
    """Return the errors that a verb raises itself or in the functions that it names, at any depth."""
    kinds: set[type[DeviseError]] = set()
    functions, seen = [verb], {verb}
    while functions:
        function = functions.pop()
        for node in ast.walk(tree(function)):
            if isinstance(node, ast.Raise) and node.exc:
                name = getattr(node.exc.func if isinstance(node.exc, ast.Call) else node.exc, "id", "")
                kind = getattr(errors, name, None)
                kinds |= {kind} if inspect.isclass(kind) and issubclass(kind, DeviseError) else set()
        new = [each for each in called(function) if each not in seen]
        functions += new
        seen |= set(new)
    return kinds


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_verb_says_what_it_takes_and_returns(verb: Function) -> None:
    parameters = [name for name in inspect.signature(verb).parameters if name != "self"]
    assert _ENTRY.findall(section(verb, "Args")) == parameters
    if parameters:
        assert section(verb, "Returns", "Yields").strip()


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_verb_says_what_it_raises(verb: Function) -> None:
    documented = tuple(getattr(errors, name) for name in _ENTRY.findall(section(verb, "Raises")))
    assert [kind.__name__ for kind in raised(verb) if not issubclass(kind, documented)] == []


def test_errors_of_called_functions_are_found() -> None:
    assert raised(Engine.search_texts) >= {QueryError}  # check_k raises it
    assert raised(Engine.close) == set()
