"""The files, methods and packages that docs/ARCHITECTURE.md names exist."""

from __future__ import annotations

import re
from pathlib import Path

from devise_core.engine import Engine

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs/ARCHITECTURE.md").read_text("utf-8")
NAMES = re.findall(r"`([^`\s]+)`", TEXT)


def test_named_files_and_packages_exist() -> None:
    paths = [name for name in NAMES if re.fullmatch(r"[\w/]+(/|\.py)", name)]
    missing = [path for path in paths if not any((ROOT / base / path).exists() for base in ("", "devise_core"))]
    assert len(paths) > 40
    assert missing == []


def test_every_package_is_described() -> None:
    packages = {path.parent.name for path in (ROOT / "devise_core").glob("*/__init__.py")}
    described = {name.rstrip("/") for name in NAMES if name.endswith("/")}
    assert packages <= described


def test_named_methods_of_the_engine_exist() -> None:
    methods = [name.split(".")[1] for name in NAMES if re.fullmatch(r"Engine\.\w+", name)]
    assert methods
    assert [name for name in methods if not hasattr(Engine, name)] == []
