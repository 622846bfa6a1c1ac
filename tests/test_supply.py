"""Dependencies are locked with hashes, their licences are listed, and no data file can run code."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from devise_core.bundle.licences import LOCKS, locked, table
from devise_core.errors import ArtifactError
from devise_core.vision.keras_file import load_model
from tests.conftest import BUNDLED
from tests.requirement_files import requirements

ROOT = BUNDLED.parent
CODE = sorted(
    {
        *(
            path
            for folder in ("devise_core", "ui", "pages", "benchmarks")
            for path in (ROOT / folder).rglob("*.py")
            if "node_modules" not in path.parts
        ),
        *ROOT.glob("*.py"),
    }
)
PICKLES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
TARGETS = [
    (python, system, machine)
    for python in ("3.11", "3.12", "3.13")
    for system, machine in (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64"))
]


@pytest.mark.parametrize("target", TARGETS, ids=" ".join)
def test_lock_satisfies_the_requirements(target: tuple[str, str, str]) -> None:
    python, system, machine = target
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.5",
        "sys_platform": system,
        "platform_machine": machine,
        "extra": "",
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[system],
    }
    pinned: dict[str, list[str]] = {}
    for each in requirements(LOCKS[0]):
        if each.marker is None or each.marker.evaluate(environment):
            [only] = each.specifier
            assert only.operator == "=="
            pinned.setdefault(each.name, []).append(only.version)
    assert all(len(versions) == 1 for versions in pinned.values())
    for wanted in requirements(ROOT / "requirements.txt"):
        if wanted.marker is None or wanted.marker.evaluate(environment):
            assert wanted.specifier.contains(pinned[wanted.name][0]), wanted


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_a_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", lock.read_text("utf-8").partition("\n\n")[0])
    pins = [entry for entry in entries if re.match(r"[a-z0-9._-]+==", entry)]
    assert len(pins) == len(requirements(lock))
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in pins)
    assert not re.search(r"https?://|file:|index-url|find-links", lock.read_text("utf-8"))


def test_locks_agree_on_every_package_that_several_of_them_have() -> None:
    assert len(locked()["setuptools"]) == 1
    added = locked(LOCKS[2:])
    assert {name for name, versions in locked(LOCKS[:1]).items() if not set(added.get(name, versions)) <= set(versions)} == set()


@pytest.mark.parametrize("extra", ["api", "milvus", "onnx", "large"])
def test_locks_have_what_an_extra_of_the_image_needs(extra: str) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    every = locked()
    for wanted in map(Requirement, extras[extra]):
        assert wanted.name == "semblance" or all(map(wanted.specifier.contains, every[wanted.name])), wanted


def test_every_licence_is_listed() -> None:
    listed = (ROOT / "docs/LICENCES.md").read_text("utf-8")
    for name, versions in locked().items():
        assert re.search(rf"^\| {re.escape(name)} \| {re.escape(', '.join(versions))} \| [^|]{{3,}} \|$", listed, re.MULTILINE), (
            name
        )
    assert table().count("\n") == listed.count("\n")


def suspicious(tree: ast.AST) -> Iterator[str]:
    """Yield every call or import with which reading a data file could run code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.split(".")[0] in PICKLES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PICKLES:
            yield str(node.module)
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            given = {each.arg: each.value for each in node.keywords}
            said = {arg: value.value for arg, value in given.items() if isinstance(value, ast.Constant)}
            if said.get("allow_pickle") or said.get("safe_mode", True) is False or said.get("weights_only", True) is False:
                yield ast.unparse(node)
            if name.endswith(("read_pickle", "to_pickle", "yaml.load", "enable_unsafe_deserialization")) or name in (
                "eval",
                "exec",
            ):
                yield name
            if name.endswith("load_model") and name.startswith("keras") and said.get("safe_mode") is not True:
                yield ast.unparse(node)
            if name == "torch.load" and said.get("weights_only") is not True:
                yield ast.unparse(node)


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_reading_data_cannot_run_code(path: Path) -> None:
    assert list(suspicious(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "np.load(p, allow_pickle=True)",
        "keras.saving.load_model(p)",
        "keras.saving.load_model(p, safe_mode=False)",
        "torch.load(p)",
        "pd.read_pickle(p)",
        "eval(x)",
    ],
)
def test_dangerous_calls_are_found(code: str) -> None:
    assert list(suspicious(ast.parse(code)))


def test_model_file_with_code_is_refused(tmp_path: Path) -> None:
    import keras

    pixels = keras.Input((2,))
    model = keras.Model(pixels, keras.layers.Lambda(lambda x: x * 2)(pixels))
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        assert b"__lambda__" in archive.read("config.json")  # the file does contain the code
    with pytest.raises(ArtifactError, match="not a Keras model that this version can load"):
        load_model(tmp_path / "model.keras")


@pytest.mark.parametrize(("advisory", "status"), [("", 0), ("PYSEC-1", 1), ("CVE-9", 0)])
def test_audit_fails_on_advisories_that_are_not_accepted(tmp_path: Path, advisory: str, status: int) -> None:
    """Run the audit with a fake pip-audit. CVE-9 is accepted."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci/audit").write_bytes((ROOT / ".ci/audit").read_bytes())
    (tmp_path / ".ci/accepted.txt").write_text("# none\nCVE-9 only on Windows\n")
    advisories = [{"id": advisory, "aliases": [], "fix_versions": ["2"]}] if advisory else []
    report = {
        "dependencies": [
            {"name": "a", "version": "1", "vulns": advisories},
            {"name": "b", "version": "1", "skip_reason": "unknown"},
        ]
    }
    (tmp_path / "pip_audit.py").write_text(f"import json\nprint(json.dumps({report!r}))\n")
    done = subprocess.run(
        [sys.executable, tmp_path / ".ci/audit"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert (done.returncode, done.stderr) == (status, "")
    assert "1 of 2 packages checked" in done.stdout
    (tmp_path / "pip_audit.py").write_text("raise SystemExit('no route to host')")
    done = subprocess.run(
        [sys.executable, tmp_path / ".ci/audit"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert (done.returncode, "did not answer" in done.stdout) == (0, True)
