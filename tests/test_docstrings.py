"""The docstring of every public function with several parameters says what it takes, returns and raises.

A method needs no section that the same method of a base class in the package has, since it keeps the contract of that class. A
route of the API has no sections. Its docstring is its description in the API's document, which describes each parameter separately.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from devise_core import errors

ROOT = Path(__file__).parent.parent
SEVERAL = 3
"""With at least this many parameters, not counting ``self`` and ``cls``, a summary cannot describe them all."""
_ENTRY = re.compile(r"^    \*{0,2}(\w+): \S", re.MULTILINE)
_RETURNS = re.compile(r"\b(returns?|yields?)\b", re.IGNORECASE)
Node = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Function:
    """A function of a module, or a method of ``owner``."""

    node: Node
    owner: ast.ClassDef | None = None

    @property
    def name(self) -> str:
        return f"{self.owner.name}.{self.node.name}" if self.owner else self.node.name

    @property
    def text(self) -> str:
        return ast.get_docstring(self.node) or ""

    @property
    def decorators(self) -> list[str]:
        return [ast.unparse(decorator) for decorator in self.node.decorator_list]

    @property
    def parameters(self) -> list[str]:
        given = self.node.args
        named = [*given.posonlyargs, *given.args, *filter(None, [given.vararg]), *given.kwonlyargs, *filter(None, [given.kwarg])]
        bound = self.owner is not None and "staticmethod" not in self.decorators
        return [parameter.arg for parameter in named][bound:]

    @property
    def raised(self) -> list[str]:
        """The errors that the function raises itself. Its author judges which errors of the functions that it calls to document."""
        return [_after(name, converted) for name, converted in _raised(self.node) if name[:1].isupper()]

    def entries(self, *sections: str) -> list[str]:
        match = re.search(rf"^(?:{'|'.join(sections)}):\n((?:    .*\n?|\n)+)", self.text, re.MULTILINE)
        return _ENTRY.findall(match[1]) if match else []

    @property
    def says_what_it_returns(self) -> bool:
        first_paragraph = self.text.partition("\n\n")[0]
        return bool(_RETURNS.search(first_paragraph) or re.search(r"^(Returns|Yields):\n    \S", self.text, re.MULTILINE))


def _raised(node: ast.AST, converted: bool = False) -> Iterator[tuple[str, bool]]:
    """Find what is raised, without nested functions, and whether ``with reading(…)`` turns it into an ``ArtifactError``."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise) and child.exc:
            yield getattr(child.exc.func if isinstance(child.exc, ast.Call) else child.exc, "id", ""), converted
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            reading = isinstance(child, ast.With) and any(ast.unparse(each).startswith("reading(") for each in child.items)
            yield from _raised(child, converted or reading)


def _after(name: str, converted: bool) -> str:
    return "ArtifactError" if converted and not hasattr(errors, name) else name


def public_functions(tree: ast.Module | ast.ClassDef) -> Iterator[Function]:
    """Find the functions of a module, and the methods of its classes, without names that begin with an underscore."""
    for node in tree.body:
        if isinstance(node, Node) and not node.name.startswith("_"):
            yield Function(node, tree if isinstance(tree, ast.ClassDef) else None)
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node)


def same_in_bases(function: Function, classes: Mapping[str, ast.ClassDef]) -> Iterator[Function]:
    """Find the methods of the same name in the base classes that the package has."""
    for base in function.owner.bases if function.owner else ():
        owner = classes.get(ast.unparse(base).partition("[")[0].rpartition(".")[2])
        if owner is not None:
            yield from (each for each in public_functions(owner) if each.node.name == function.node.name)
            yield from same_in_bases(Function(function.node, owner), classes)


def covers(documented: str, raised: str) -> bool:
    kinds = [getattr(errors, name, None) or getattr(builtins, name, None) for name in (raised, documented)]
    return raised == documented or (None not in kinds and issubclass(*kinds))  # type: ignore[arg-type]


def is_route(function: Function) -> bool:
    return any(decorator.startswith("ROUTER.") for decorator in function.decorators)


def lacks(function: Function, classes: Mapping[str, ast.ClassDef]) -> list[str]:
    """Return what the docstrings of a function and of the methods that it overrides do not say."""
    contract = [function, *same_in_bases(function, classes)]
    listed, parameters = function.entries("Args"), function.parameters
    taken = {name for each in contract for name in each.entries("Args")}
    missing = [f"the parameter {name}" for name in parameters if name not in taken]
    if listed != [name for name in parameters if name in listed]:
        missing.append("its parameters in their order")
    returned = ast.unparse(function.node.returns) if function.node.returns else "None"
    if returned not in ("None", "NoReturn", "Never") and not any(each.says_what_it_returns for each in contract):
        missing.append("what it returns")
    documented = {name for each in contract for name in each.entries("Raises")}
    return missing + [name for name in function.raised if not any(covers(each, name) for each in documented)]


def unnamed_errors(function: Function, classes: Mapping[str, ast.ClassDef]) -> list[str]:
    """Return the errors that a function raises itself, and that its docstring and those of its bases do not name."""
    words = {word for each in (function, *same_in_bases(function, classes)) for word in re.findall(r"\b[A-Z]\w+", each.text)}
    return [name for name in function.raised if not any(covers(word, name) for word in words)]


TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in (ROOT / "devise_core").rglob("*.py")}
CLASSES = {node.name: node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
FUNCTIONS = [(path, function) for path, tree in TREES.items() for function in public_functions(tree)]


def test_functions_with_several_parameters_say_what_they_take_return_and_raise() -> None:
    functions = {f"{path}: {each.name}": each for path, each in FUNCTIONS if len(each.parameters) >= SEVERAL}
    assert len(functions) > 200
    checked = {name: lacks(each, CLASSES) for name, each in functions.items() if not is_route(each)}
    assert {name: missing for name, missing in checked.items() if missing} == {}


def test_every_error_that_a_function_raises_is_in_its_docstring() -> None:
    silent = {f"{path}: {each.name}": unnamed_errors(each, CLASSES) for path, each in FUNCTIONS}
    assert {name: unnamed for name, unnamed in silent.items() if unnamed} == {}


CONTRACT = '''
class Base:
    def search(self, query, k, by="semantic") -> list:
        """Return the nearest images.

        Args:
            query: A unit vector ``(d,)``.
            k: How many.
            by: What is compared.

        Raises:
            ArtifactError: A file is damaged.
        """
'''


def lacking(source: str) -> list[str]:
    """Return what the last function of a module lacks."""
    tree = ast.parse(CONTRACT + source)
    classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    *_, last = public_functions(tree)
    return lacks(last, classes)


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ('"""Return it.\n\n    Args:\n        a: A.\n        b: B.\n    """', ["the parameter c"]),
        ('"""Return it.\n\n    Args:\n        a: A.\n        c: C.\n        b: B.\n    """', ["its parameters in their order"]),
        ('"""Make it.\n\n    Args:\n        a: A.\n        b: B.\n        c: C.\n    """', ["what it returns"]),
        ('"""Make it.\n\n    Args:\n        a: A.\n        b: B.\n        c: C.\n\n    Returns:\n        It.\n    """', []),
        ('"""Return it.\n\n    Args:\n        a: A.\n        b: B.\n        c: C.\n    """\n    raise QueryError', ["QueryError"]),
        (
            '"""Return it.\n\n    Args:\n        a: A.\n        b: B.\n        c: C.\n\n    Raises:\n        DeviseError: No.\n    """\n'
            '    raise QueryError("no")',
            [],
        ),
    ],
)
def test_a_missing_section_is_noticed(body: str, missing: list[str]) -> None:
    assert lacking(f"def f(a, b, c) -> int:\n    {body}\n") == missing


@pytest.mark.parametrize(
    ("method", "missing"),
    [
        ('def search(self, query, k, by="visual") -> list:\n        """Search."""', []),
        ('def search(self, query, k, by="visual", more=0) -> list:\n        """Search."""', ["the parameter more"]),
        ('def search(self, query, k, by) -> list:\n        """Search."""\n        raise ArtifactError("no")', []),
        ('def search(self, query, k, by) -> list:\n        """Search."""\n        raise ImageError("no")', ["ImageError"]),
        (
            'def find(self, query, k, by) -> list:\n        """Return."""',
            [f"the parameter {name}" for name in ("query", "k", "by")],
        ),
    ],
)
def test_a_method_need_not_repeat_its_base(method: str, missing: list[str]) -> None:
    assert lacking(f"class Middle(Base):\n    pass\n\nclass Index(Middle):\n    {method}\n") == missing


def test_an_error_inside_reading_is_an_artifact_error() -> None:
    source = '"""Return it."""\n    with reading(path):\n        raise ValueError("no")'
    assert unnamed_errors(next(public_functions(ast.parse(f"def f(path):\n    {source}"))), {}) == ["ArtifactError"]


def test_a_nested_function_is_not_the_function_itself() -> None:
    source = 'def f(path):\n    """Return it."""\n    def g():\n        raise ValueError("no")\n    return g'
    assert unnamed_errors(next(public_functions(ast.parse(source))), {}) == []
