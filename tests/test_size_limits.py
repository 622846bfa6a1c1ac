"""Every Python file and every function is short enough to read at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("devise_core", "ui", "pages", "benchmarks", "docs", "tests")
PATHS = sorted([ROOT / "streamlit_app.py", *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))])
FILE_LINES = 250
FUNCTION_LINES = 40
"""A docstring counts. Decorators do not, because the table of a parametrized test may be long."""


def long_functions(source: str) -> list[str]:
    """Return the name and length of each function with more than ``FUNCTION_LINES`` lines."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = {node: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    return [f"{node.name} has {length} lines" for node, length in lengths.items() if length > FUNCTION_LINES]


def test_no_file_is_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in PATHS}
    assert len(lengths) > 300
    assert {name: length for name, length in lengths.items() if length > FILE_LINES} == {}


def test_no_function_is_long() -> None:
    offenders = {str(path.relative_to(ROOT)): long_functions(path.read_text("utf-8")) for path in PATHS}
    assert {name: functions for name, functions in offenders.items() if functions} == {}


@pytest.mark.parametrize("opening", ["def f():", "async def f():", "@cache\ndef f(\n):", "class C:\n def f(self):"])
def test_lines_of_a_function_are_counted_without_its_decorators(opening: str) -> None:
    header = len(opening.removeprefix("@cache\n").removeprefix("class C:\n").splitlines())
    body = "\n  pass" * (FUNCTION_LINES - header)
    assert long_functions(opening + body) == []
    assert long_functions(opening + body + "\n  pass") == ["f has 41 lines"]
