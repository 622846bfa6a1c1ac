"""``doctor`` finds what is wrong with a deployment, names it, and says what to fix."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from devise_core.cli import diagnostics, machine_checks, main
from devise_core.cli.finding import Finding
from devise_core.settings.table import settings_table
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.phrase_encoder import PhraseEncoder
from tests.artifact_copies import linked_artifacts
from tests.conftest import BUNDLED
from tests.json_output import read_output
from tests.tiny_sentence_model import fake_model


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    """Return a copy of the bundled artifacts. Each file is a link, so delete it before you write."""
    return linked_artifacts(tmp_path / "artifacts")


def fixes(findings: Iterable[Finding]) -> list[str]:
    return [f"{finding.check}: {finding.says}" for finding in findings if finding.state == "fix"]


def tamper(path: Path, content: bytes | None = None) -> None:
    """Flip a bit in the middle of a file, or replace its content."""
    data = bytearray(path.read_bytes())
    path.unlink()
    data[len(data) // 2] ^= 1
    path.write_bytes(data if content is None else content)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("RUNTIME", "foo", "SEMBLANCE_RUNTIME is 'foo', but must be auto, keras or onnx."),
        ("API_ORIGINS", "example.org", "SEMBLANCE_API_ORIGINS has 'example.org', which is not a site."),
        ("MILVUS_URI", "foo", "SEMBLANCE_MILVUS_URI is 'foo', but must be an address"),
        ("API_KEYS", "/nope", "/nope cannot be read. Set SEMBLANCE_API_KEYS to a text file"),
    ],
)
def test_an_invalid_setting_is_reported(name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"SEMBLANCE_{name}", value)
    assert [line.partition(": ")[2].startswith(says) for line in fixes(diagnostics.check_settings())] == [True]


def test_an_unknown_default_collection_is_noted(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_DEFAULT_COLLECTION", "nope")
    notes = [finding.says for finding in diagnostics.check_collections(ArtifactLayout(artifacts)) if finding.state == "note"]
    assert "SEMBLANCE_DEFAULT_COLLECTION is 'nope', but there is no such collection." in notes


def test_this_checkout_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = [line[6:].split(":")[0] for line in out.splitlines()]
    assert {
        "Python",
        "numpy",
        "settings",
        "phrase encoder",
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
def test_flipped_bit_is_detected_and_the_file_named(artifacts: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(artifacts / name)
    assert main(["doctor", "--json", "--artifacts", str(artifacts)]) == 1
    out, err = capsys.readouterr()
    content = read_output(out)
    [bad] = [each for each in content["findings"] if each["state"] == "fix"]
    assert (content["command"], content["ok"], err.count("\n")) == ("doctor", False, 1)
    assert f"{artifacts / name} is damaged" in bad["says"]
    assert "from a backup" in bad["says"]


def test_every_broken_file_is_named(artifacts: Path) -> None:
    tamper(artifacts / "nouns.txt", b"short")
    (artifacts / "labels.csv").unlink()
    broken = fixes(diagnostics.check_artifacts(ArtifactLayout(artifacts)))
    assert [("nouns.txt has 5 bytes" in each, "labels.csv is missing" in each) for each in sorted(broken)] == [
        (False, True),
        (True, False),
    ]


def test_missing_manifest_and_collections_are_reported(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(artifacts / "none"))
    shutil.rmtree(artifacts / "collections")
    [finding] = diagnostics.check_collections(ArtifactLayout(artifacts))
    assert (finding.state, "There are no collections. Make one with" in finding.says) == ("note", True)
    (artifacts / "manifest.json").unlink()
    assert "manifest.json is missing" in fixes(diagnostics.check_artifacts(ArtifactLayout(artifacts)))[0]


def test_bundled_collection_of_another_model_is_reported(artifacts: Path) -> None:
    manifest = Manifest.read(artifacts / "collections/stamps")
    manifest.about["model"] = "another"
    manifest.write()
    assert [
        "stamps was made with another model" in each for each in fixes(diagnostics.check_collections(ArtifactLayout(artifacts)))
    ] == [True]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("numpy~=1.0\n", "numpy: Version .* is installed, but ~=1.0 is required. Run pip install"),
        ("no-such-package-here\n", "Not installed. Run pip install"),
        ("numpy~=1.0; extra == 'tables'\nno-such-package-here; extra == 'tables'\n", "numpy: Version .* is installed"),
        ("# a note\nno-such-package-here; sys_platform == 'none'\nnumpy>=1\n", ""),
    ],
)
def test_wrong_and_missing_packages_are_reported(tmp_path: Path, lines: str, says: str) -> None:
    (tmp_path / "requirements.txt").write_text(lines)
    findings = fixes(machine_checks.check_packages(tmp_path / "requirements.txt"))
    assert [bool(re.search(says, each)) for each in findings] == [True] * bool(says)


def test_images_are_not_checked_without_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostics, "find_spec", lambda name: None)
    findings = {finding.check: finding for finding in diagnostics.run_checks(BUNDLED)}
    assert (findings["images"].state, findings.keys() & {"Annoy", "uploads"}) == ("note", set())
    assert 'pip install ".[images]"' in findings["images"].says


def test_unsupported_python_is_reported() -> None:
    assert machine_checks.check_python((3, 10)).state == machine_checks.check_python((3, 14)).state == "fix"
    assert machine_checks.check_python((3, 13)) == Finding("Python", "ok", "3.13")


def test_settings_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SEMBLANCE_DECODERS": "0", "SEMBLANCE_UPLOAD_BYTE": "1", "DEVISE_WARM": "0"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SEMBLANCE_PRELOAD", raising=False)
    wrong, old, unknown = diagnostics.check_settings()
    assert (wrong.state, old.state, unknown.state) == ("fix", "note", "note")
    assert "Set SEMBLANCE_PRELOAD instead" in old.says
    assert "SEMBLANCE_UPLOAD_BYTE is not a setting" in unknown.says


def test_a_word_list_that_cannot_be_read_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_WORD_LIST", "/nowhere/words.txt")
    [finding] = diagnostics.check_settings()
    assert (finding.state, "/nowhere/words.txt cannot be read" in finding.says) == ("fix", True)


def test_the_use_of_the_phrase_encoder_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    check = diagnostics.check_phrase_encoder
    assert check(ArtifactLayout(BUNDLED)) == Finding("phrase encoder", "ok", "not used")
    monkeypatch.setenv("SEMBLANCE_PHRASE_ENCODER", str(tmp_path))
    [missing] = fixes([check(ArtifactLayout(BUNDLED))])
    assert f"{tmp_path / 'model.onnx'} cannot be read" in missing
    monkeypatch.setattr(diagnostics, "configured_phrase_encoder", lambda: PhraseEncoder(fake_model()))
    assert check(ArtifactLayout(BUNDLED)) == Finding("phrase encoder", "ok", "used for queries of several words")
    Manifest(tmp_path).write()
    assert "has no phrase_projection.npz" in check(ArtifactLayout(tmp_path)).says
    (tmp_path / "manifest.json").unlink()
    assert check(ArtifactLayout(tmp_path)).state == "note"


def test_changed_settings_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_DECODERS", "3")
    monkeypatch.setenv("SEMBLANCE_PRELOAD", "on")
    [finding] = diagnostics.check_settings()
    assert finding.state == "ok"
    assert re.match(r"[12] of \d", finding.says)


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ({"proc/meminfo": "MemTotal: 9 kB\nMemAvailable:    4000000 kB\n"}, "ok"),
        ({"proc/meminfo": "MemAvailable: 400000 kB\n"}, "fix"),
        ({}, "note"),
        (
            {
                "proc/meminfo": "MemAvailable: 4000000 kB\n",
                "sys/fs/cgroup/memory.max": "690000000\n",
                "sys/fs/cgroup/memory.current": "100000000\n",
            },
            "fix",
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
def test_memory_of_machine_and_container_is_checked(tmp_path: Path, files: dict[str, str], state: str) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert machine_checks.check_memory(tmp_path).state == state


@pytest.mark.parametrize(("flags", "state"), [("fpu sse2 avx avx2", "ok"), ("fpu sse2", "fix"), ("fpu avx2", "fix")])
def test_processor_without_avx_is_reported(tmp_path: Path, flags: str, state: str) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor: 0\nflags\t\t: {flags}\npower:\n")
    assert machine_checks.check_processor(tmp_path / "cpuinfo", "x86_64").state == state
    assert machine_checks.check_processor(tmp_path / "cpuinfo", "aarch64").state == "ok"


def test_annoy_that_crashes_is_reported(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nkill -ILL $$\n")  # ends as code for another processor does
    python.chmod(0o755)
    finding = machine_checks.check_annoy(str(python))
    assert finding.state == "fix"
    assert "status -4" in finding.says
    assert "ANNOY_COMPILER_ARGS" in finding.says
    assert machine_checks.check_annoy(sys.executable).state == "ok"


def test_read_only_folder_is_a_note(tmp_path: Path) -> None:
    assert diagnostics.check_folder(tmp_path / "a/b").state == "ok"
    assert list(tmp_path.iterdir()) == []
    finding = diagnostics.check_folder(Path("/proc/self/none"))
    assert finding.state == "note"
    assert "SEMBLANCE_COLLECTIONS" in finding.says


def test_settings_option_prints_the_documentation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--settings"]) == 0
    assert capsys.readouterr().out == settings_table() == (BUNDLED.parent / "docs/SETTINGS.md").read_text("utf-8")
