"""The doctor finds what is wrong with a deployment, names it, and says what to mend."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from devise_core.cli import diagnostics, main
from devise_core.cli.diagnostics import Finding
from devise_core.settings import settings_table
from devise_core.storage.manifest import Manifest
from tests.conftest import BUNDLED


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    """The bundled ones; each file is a link, so replace it before you write."""
    return Path(shutil.copytree(BUNDLED, tmp_path / "artifacts", copy_function=os.symlink))


def mends(findings: object) -> list[str]:
    return [f"{finding.check}: {finding.says}" for finding in findings if finding.state == "mend"]  # type: ignore[attr-defined]


def tamper(path: Path, content: bytes | None = None) -> None:
    data = bytearray(path.read_bytes())
    path.unlink()
    data[len(data) // 2] ^= 1
    path.write_bytes(data if content is None else content)


def test_this_checkout_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = [line[6:].split(":")[0] for line in out.splitlines()]
    assert {
        "Python",
        "numpy",
        "settings",
        "artifacts",
        "collection stamps",
        "collections folder",
        "memory",
        "processor",
        "Annoy",
        "uploads",
    } <= set(lines)


@pytest.mark.parametrize(
    "name", ["model.keras", "words.txt", "word_vectors.npy", "collections/stamps/embeddings.npy", "collections/photos/items.csv"]
)
def test_a_bit_flipped_is_found_and_named(artifacts: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(artifacts / name)
    assert main(["doctor", "--json", "--artifacts", str(artifacts)]) == 1
    out, err = capsys.readouterr()
    content = json.loads(out)
    [bad] = [each for each in content["findings"] if each["state"] == "mend"]
    assert (content["command"], content["ok"], err.count("\n")) == ("doctor", False, 1)
    assert f"{artifacts / name} is damaged" in bad["says"]
    assert "git checkout" in bad["says"]


def test_every_broken_file_is_named(artifacts: Path) -> None:
    tamper(artifacts / "nouns.txt", b"short")
    (artifacts / "labels.csv").unlink()
    found = mends(diagnostics.check_artifacts(diagnostics.ArtifactLayout(artifacts)))
    assert [("nouns.txt has 5 bytes" in each, "labels.csv is missing" in each) for each in sorted(found)] == [
        (False, True),
        (True, False),
    ]


def test_no_manifest_and_no_collections(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVISE_COLLECTIONS", str(artifacts / "none"))
    shutil.rmtree(artifacts / "collections")
    assert "restore artifacts/collections" in mends(diagnostics.check_collections(diagnostics.ArtifactLayout(artifacts)))[0]
    (artifacts / "manifest.json").unlink()
    assert "manifest.json is missing" in mends(diagnostics.check_artifacts(diagnostics.ArtifactLayout(artifacts)))[0]


def test_a_collection_of_another_model(artifacts: Path) -> None:
    manifest = Manifest.read(artifacts / "collections/stamps")
    manifest.about["model"] = "another"
    manifest.write()
    assert [
        "stamps was made with another model" in each
        for each in mends(diagnostics.check_collections(diagnostics.ArtifactLayout(artifacts)))
    ] == [True]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("numpy~=1.0\n", "numpy: .*~=1.0 is asked for: pip install"),
        ("no-such-package-here\n", "not installed: pip install"),
        ("# a note\nno-such-package-here; sys_platform == 'none'\nnumpy>=1\n", ""),
    ],
)
def test_versions(tmp_path: Path, lines: str, says: str) -> None:
    (tmp_path / "requirements.txt").write_text(lines)
    found = mends(diagnostics.check_packages(tmp_path / "requirements.txt"))
    assert [bool(re.search(says, each)) for each in found] == [True] * bool(says)


def test_an_older_python() -> None:
    assert diagnostics.check_python((3, 10)).state == diagnostics.check_python((3, 14)).state == "mend"
    assert diagnostics.check_python((3, 13)) == Finding("Python", "ok", "3.13")


def test_settings_that_are_none() -> None:
    assert [each.state for each in diagnostics.check_settings({"SEMBLANCE_DECODERS": "0", "SEMBLANCE_UPLOAD_BYTE": "1"})] == [
        "mend",
        "note",
    ]
    [fine] = diagnostics.check_settings({"SEMBLANCE_DECODERS": "3"})
    assert (fine.state, fine.says[:7]) == ("ok", "1 of 24")


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ({"proc/meminfo": "MemTotal: 9 kB\nMemAvailable:    4000000 kB\n"}, "ok"),
        ({"proc/meminfo": "MemAvailable: 400000 kB\n"}, "mend"),
        ({}, "note"),
        (
            {
                "proc/meminfo": "MemAvailable: 4000000 kB\n",
                "sys/fs/cgroup/memory.max": "690000000\n",
                "sys/fs/cgroup/memory.current": "100000000\n",
            },
            "mend",
        ),
        (
            {
                "proc/meminfo": "MemAvailable: 4000000 kB\n",
                "sys/fs/cgroup/memory.max": "max\n",
                "sys/fs/cgroup/memory.current": "1\n",
            },
            "ok",
        ),
    ],
)
def test_memory_of_the_machine_and_of_its_container(tmp_path: Path, files: dict[str, str], state: str) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert diagnostics.check_memory(tmp_path).state == state


@pytest.mark.parametrize(("flags", "state"), [("fpu sse2 avx avx2", "ok"), ("fpu sse2", "mend"), ("fpu avx2", "mend")])
def test_processor(tmp_path: Path, flags: str, state: str) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor: 0\nflags\t\t: {flags}\npower:\n")
    assert diagnostics.check_processor(tmp_path / "cpuinfo", "x86_64").state == state
    assert diagnostics.check_processor(tmp_path / "cpuinfo", "aarch64").state == "ok"


def test_an_annoy_that_ends_its_process(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nkill -ILL $$\n")  # as code for another processor does
    python.chmod(0o755)
    found = diagnostics.check_annoy(str(python))
    assert found.state == "mend"
    assert "status -4" in found.says
    assert "ANNOY_COMPILER_ARGS" in found.says
    assert diagnostics.check_annoy(sys.executable).state == "ok"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    assert diagnostics.check_folder(tmp_path / "a/b").state == "ok"
    assert list(tmp_path.iterdir()) == []
    found = diagnostics.check_folder(Path("/proc/self/none"))
    assert found.state == "note"
    assert "DEVISE_COLLECTIONS" in found.says


def test_the_table_of_settings_is_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--settings"]) == 0
    assert capsys.readouterr().out == settings_table() == (BUNDLED.parent / "docs/SETTINGS.md").read_text("utf-8")
