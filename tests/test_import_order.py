"""Imports run in one direction and form no cycle. They are read from the source, including strings that name a module."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = (
    "installation",
    "errors",
    "settings",
    "vectors",
    "encoder_results",
    "datatypes",
    "hits",
    "storage",
    "text",
    "untrusted.url_guard",
    "untrusted.url_fetch",
    "vision",
    "search",
    "results",
    "collections",
    "verbs",
    "engine",
    "verbs.embedder",
    "untrusted",
    "distributed",
    "serving",
    "backbones",
    "datasets",
    "wordfiles",
    "report",
    "train",
    "evaluate",
    "bundle",
    "api",
    "client",
    "cli",
    "__main__",
    "__init__",
)
"""Every module and package of the library, the lowest first: each imports only what comes before it.

Some modules are listed separately from their package. ``verbs.embedder``, the transformer for scikit-learn, opens an engine.
``untrusted.url_guard`` and ``untrusted.url_fetch`` need no image. ``vision`` reads images from URLs with them, so that no
second way to fetch a URL lacks the guard.
"""
LEVEL = {name: level for level, name in enumerate(ORDER)}
CORE = sorted((ROOT / "devise_core").rglob("*.py"))
UI = (
    {"callbacks", "page_list"},
    {"url_state", "text", "component", "widget_keys", "views", "own_routes"},
    {"error_text"},
    {"server", "session_query", "blocked_words", "controls", "assistance", "click_feedback", "share_button"},
    {"collection_choice"},
    {"searchbox"},
    {"links", "errors"},
    {"missing"},
    {"page_layout", "tour", "hit"},
    {"query"},
    {"picture"},
    {"home", "map", "words", "results", "sharing"},
    {"router"},
)
UI_LEVEL = {name: level for level, names in enumerate(UI) for name in names}
PAGES = sorted((ROOT / "pages").glob("*.py"))
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (*CORE, *sorted((ROOT / "ui").rglob("*.py")), *PAGES, ROOT / "streamlit_app.py")
}
"""Dotted name → file, for every module of the library and the app."""
CLASS_FILES = [path for folder in ("devise_core", "ui", "pages", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))]
"""The files whose classes have names that no other class has."""
TESTS = [path for path in sorted((ROOT / "tests").rglob("*.py")) if path != Path(__file__)]
SHOWING = [path for path in (*sorted((ROOT / "ui").rglob("*.py")), *PAGES) if path.parent.name != "map"]
"""What shows results. The map computes where its points are and how they are coloured."""
OF_TESTS = re.compile(r"\b(?:from|import) tests\.test_\w+|\bfrom tests import .*\btest_\w+")
"""An import of a module of tests. It would run the set-up of that module, and neither module could be moved without the other."""
VERSION = "devise_core.__version__"
"""The package defines it without importing anything. Its other names are imported when they are first used."""
HEAVY = {"tensorflow", "keras", "torch", "sklearn", "pandas"}


def imports(path: Path, at_load: bool = False) -> Iterator[str]:
    """Yield every module that ``path`` imports, or names in a string as ``import_module("ui.hit")`` and ``python -m`` do.

    Args:
        path: The file to read.
        at_load: Yield only what is imported while the module loads.
    """
    tree = ast.parse(path.read_text("utf-8"))
    nodes = tree.body if at_load else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = (f"{node.module}.{name.name}" for name in node.names)
            yield from (name if name in MODULES or name == VERSION else node.module for name in names)
        elif isinstance(node, ast.Constant) and node.value in MODULES and "." in str(node.value):
            yield str(node.value)


def part(name: str) -> str:
    """Return the entry of ``ORDER`` to which a dotted name below ``devise_core`` belongs."""
    names = name.split(".")[1:]
    return ".".join(names[:2]) if ".".join(names[:2]) in LEVEL else names[0]


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_core_imports_downward(path: Path) -> None:
    importer = part(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for name in imports(path):
        assert name.split(".")[0] not in {"streamlit", "ui", "pages"}
        if name.startswith("devise_core.") and name != VERSION and importer != "__init__":
            assert LEVEL[part(name)] < LEVEL[importer] or part(name) == importer, f"{path.name} imports {name}"


def test_few_modules_are_beside_the_packages() -> None:
    modules = {path.stem for path in (ROOT / "devise_core").glob("*.py")} - {"__init__", "__main__"}
    assert len(modules) <= 8, sorted(modules)


@pytest.mark.parametrize(
    "path",
    [*CORE, *sorted((ROOT / "ui").rglob("*.py")), *PAGES],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_nothing_heavy_is_imported_as_a_module_loads(path: Path) -> None:
    allowed = {"sklearn"} if path.name == "embedder.py" else set()  # only those who use scikit-learn import it
    assert not HEAVY & {name.split(".")[0] for name in imports(path, at_load=True)} - allowed


@pytest.mark.parametrize("path", sorted((ROOT / "ui").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_ui_imports_downward(path: Path) -> None:
    folder = path.relative_to(ROOT / "ui").parts[0].removesuffix(".py")
    for name in imports(path):
        assert name.split(".")[0] != "pages"
        if name.startswith("ui."):
            below = name.split(".")[1]
            assert below == folder or UI_LEVEL[below] < UI_LEVEL[folder], f"{path.name} imports {name}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_go_through_the_engine(path: Path) -> None:
    allowed = {"devise_core.engine", "devise_core.serving", "devise_core.storage.paths", "devise_core.collections.projection"}
    for name in imports(path):
        if name.startswith("devise_core"):
            assert name.startswith(tuple(allowed)), f"{path.name} imports {name}"


@pytest.mark.parametrize("path", SHOWING, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_show_what_the_library_computes(path: Path) -> None:
    """They multiply no vectors, and make no hits from rows and cosines."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult))
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert not re.search(r"\bcollection\.hits?$|\.mean$", called), (
                f"{called}: call a method of Engine that returns the hits"
            )


def test_no_modules_import_each_other() -> None:
    graph = {name: {each for each in imports(path) if each in MODULES and each != name} for name, path in MODULES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(reversed(error.args[1])))


@pytest.mark.parametrize(
    "line",
    [
        "from devise_core.search import ranking",
        "import devise_core.search.ranking",
        "if TYPE_CHECKING:\n    from devise_core.search.ranking import rank",
        'importlib.import_module("devise_core.search.ranking")',
        'subprocess.run([sys.executable, "-m", "devise_core.search.ranking"])',
    ],
)
def test_every_way_to_import_is_seen(line: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(line)
    assert "devise_core.search.ranking" in set(imports(tmp_path / "module.py"))


def test_class_names_are_unique() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in CLASS_FILES} == {"devise_core", "ui", "pages", "benchmarks"}
    classes: dict[str, list[str]] = {}
    for path in CLASS_FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                classes.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: paths for name, paths in classes.items() if len(paths) > 1} == {}


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_shared_helpers_are_in_no_module_of_tests(path: Path) -> None:
    """Programs in strings are searched too, such as those that tests run in another process."""
    assert OF_TESTS.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("line", "imported"),
    [
        ("from tests.test_a import b", True),
        ("    import tests.test_a", True),
        ('code = "import sys; from tests.test_a import b"', True),
        ("from tests import fakes, test_a", True),
        ("from tests.fakes import test_image", False),
        ("See tests/test_a.py.", False),
    ],
)
def test_every_import_of_a_module_of_tests_is_seen(line: str, imported: bool) -> None:
    assert bool(OF_TESTS.search(line)) == imported


def test_server_starts_without_numpy() -> None:
    """NumPy would delay the first answer by a fifth of a second."""
    code = "import sys, streamlit_app; streamlit_app.preload.start_log(); print(sorted({'numpy', 'PIL', 'pandas', 'pydantic', 'tensorflow'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_package_exports_what_it_lists() -> None:
    import devise_core

    assert all(hasattr(devise_core, name) for name in devise_core.__all__)
    assert not hasattr(devise_core, "nothing")
