"""A page is compiled without ``ast.parse``, which fails now and then if another thread parses something at the same time."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest
from streamlit import config
from streamlit.runtime.scriptrunner.script_cache import ScriptCache

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted([*(ROOT / "pages").glob("*.py"), ROOT / "ui/router.py"])


def test_a_page_opens_while_another_thread_parses(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise SystemError("AST constructor recursion depth mismatch (before=15, after=27)")

    runner = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))["runner"]
    before = config.get_option("runner.magicEnabled")
    config.set_option("runner.magicEnabled", runner.get("magicEnabled", True))
    try:
        with monkeypatch.context() as patched:  # pytest parses too, to report a failure
            patched.setattr(ast, "parse", fail)
            page = ScriptCache().get_bytecode(str(ROOT / "pages/words.py"))
    finally:
        config.set_option("runner.magicEnabled", before)
    assert page.co_filename.endswith("words.py")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_no_page_shows_a_value_by_writing_it_on_a_line(script: Path) -> None:
    """Streamlit calls such lines magic, which is turned off. A call or a docstring is not such a line."""
    module = ast.parse(script.read_text("utf-8"))
    lines = [each for each in ast.walk(module) if isinstance(each, ast.Expr)]
    docstrings = [each for each in lines if isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)]
    assert [ast.unparse(each) for each in lines if each not in docstrings and not isinstance(each.value, ast.Call)] == []
