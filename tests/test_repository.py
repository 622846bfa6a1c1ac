"""The workflow, the hooks and the changelog agree with the code and with each other."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

import devise_core
from devise_core.cli import main
from devise_core.cli.machine_checks import PYTHONS
from devise_core.collections.finding import find_collections
from devise_core.storage.paths import BUNDLED_ARTIFACTS, user_collections

ROOT = Path(__file__).parent.parent


def read_yaml(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def test_workflow_runs_all_checks_on_every_supported_python() -> None:
    jobs = read_yaml(".github/workflows/ci.yml")["jobs"]
    for name, command in {"test": ".ci/run", "package": "make package PYTHON=python"}.items():
        versions = [tuple(map(int, version.split("."))) for version in jobs[name]["strategy"]["matrix"]["python"]]
        assert versions == [(3, minor) for minor in range(PYTHONS[0][1], PYTHONS[1][1])]
        assert [step["run"] for step in jobs[name]["steps"] if "run" in step] == [command]


def test_hooks_run_the_tools_of_the_makefile() -> None:
    [repository] = read_yaml(".pre-commit-config.yaml")["repos"]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    tools = {hook["entry"].split()[0].removeprefix(".venv/bin/") for hook in repository["hooks"]}
    assert tools == {"ruff", "mypy"}
    assert all(f"$(BIN)/{tool}" in makefile for tool in tools)


@pytest.mark.parametrize("path", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.name)
def test_issue_form_has_what_github_requires(path: Path) -> None:
    form = read_yaml(str(path.relative_to(ROOT)))
    if path.name != "config.yml":
        assert form["name"] and form["description"]
        assert all(field["attributes"]["label"] for field in form["body"])


def test_distribution_command_and_version_come_from_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    content = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = content["project"]
    assert (project["name"], "version" in project["dynamic"]) == ("semblance", True)
    assert content["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "devise_core.__version__"}
    module, _, function = project["scripts"]["semblance"].partition(":")
    assert getattr(import_module(module), function) is main
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"semblance {devise_core.__version__}\n"


def test_wheel_holds_the_data_files_of_every_package() -> None:
    """Setuptools matches the globs from the folder of a package, and a ``*`` matches no slash."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    globs = content["tool"]["setuptools"]["package-data"]["*"]
    packages = [path.parent for path in (ROOT / "devise_core").rglob("__init__.py")]
    included = {path for package in packages for pattern in globs for path in package.glob(pattern)}
    files = {path for path in (ROOT / "devise_core").rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    assert len(files) > 10
    assert files - included == set()


def test_changelog_begins_with_this_version() -> None:
    versions = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert versions[:2] == ["Unreleased", devise_core.__version__]


def test_no_file_has_a_mark_of_a_merge_conflict() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    marked = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)
    assert [name for name in filter(None, tracked) if (ROOT / name).is_file() and marked.search((ROOT / name).read_bytes())] == []


def test_tests_see_no_collections_of_the_developer() -> None:
    assert user_collections() != ROOT / "collections"
    assert find_collections(BUNDLED_ARTIFACTS) == {path.name: path for path in (BUNDLED_ARTIFACTS / "collections").iterdir()}


def test_setting_up_shows_what_is_installed() -> None:
    """Pip shows nothing for minutes if it is quiet."""
    installs = [
        line for line in (ROOT / "Makefile").read_text("utf-8").splitlines() if "$(BIN)/pip install" in line and " -r " in line
    ]
    assert len(installs) == 2
    assert not any(" -q" in line for line in installs)


@pytest.mark.parametrize("fails", [True, False])
def test_lock_keeps_the_licences_if_they_cannot_be_written_again(fails: bool, tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text("utf-8"), "utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/LICENCES.md").write_text("the old ones", "utf-8")
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "requirements-dev.txt").write_text("fastapi\npymilvus\nonnx\nnumkong\n", "utf-8")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for name, script in {"uv": "exit 0", "python": f"echo new; exit {int(fails)}"}.items():
        (tmp_path / ".venv/bin" / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        (tmp_path / ".venv/bin" / name).chmod(0o755)
    (tmp_path / ".venv/test").touch()
    ended = subprocess.run(["make", "lock", "VENV=.venv"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ((ended.returncode != 0), (tmp_path / "docs/LICENCES.md").read_text("utf-8").strip()) == (
        fails,
        "the old ones" if fails else "new",
    ), ended.stderr
