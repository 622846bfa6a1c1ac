"""Building the image without Docker takes the steps from the Dockerfile."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks import container, container_build
from benchmarks.container_build import Image, StageBuild, build, copy_context
from benchmarks.dockerfile import Instruction, assignments, read_dockerfile

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def test_a_dockerfile_has_stages_of_instructions() -> None:
    text = '# A comment\nFROM a AS first\nRUN one \\\n && two\n\nFROM b\nCMD ["x"]\n'
    first, second = read_dockerfile(text)
    assert (first.base, first.name, first.given("RUN")) == ("a", "first", ["one && two"])
    assert (second.base, second.name, second.instructions) == ("b", "", (Instruction("CMD", '["x"]'),))
    with pytest.raises(ValueError, match="begins with FROM"):
        read_dockerfile("RUN x")


def test_variables_refer_to_earlier_ones() -> None:
    assert assignments('PATH=/venv/bin:$PATH NAME="two words"', {"PATH": "/bin"}) == {"PATH": "/venv/bin:/bin", "NAME": "two words"}


def test_every_step_of_the_dockerfile_is_carried_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only what needs root or a connection is replaced. The replacements record the commands."""
    commands: list[list[str]] = []
    run = subprocess.run

    def note(command: list[str], **options: object) -> object:
        commands.append(command)
        return run(command, check=True) if command[0] == "cp" else None

    def fill(base: str, folder: Path) -> None:
        for name in ("venv", "app"):
            (folder / name).mkdir(parents=True)
        (folder / "base").write_text(base)

    monkeypatch.setattr(container_build, "bootstrap", fill)
    monkeypatch.setattr(container_build, "copy_context", lambda context, target: (target / "copied").write_text(str(context)))
    monkeypatch.setattr(subprocess, "run", note)
    image = build(ROOT, tmp_path / "image", {"COLLECTIONS": "commons"})
    stages = read_dockerfile(DOCKERFILE)
    ran = [command for command in commands if command[0] == "bwrap"]
    assert [command[-1] for command in ran] == [step for stage in stages for step in stage.given("RUN")]
    installs = [command for command in ran if "pip install" in command[-1]]
    assert all(command[command.index("ANNOY_COMPILER_ARGS") + 1].startswith("-O3,") for command in installs)
    assert all(command[command.index("--chdir") + 1] == "/app" for command in installs)
    [collections] = [command for command in ran if "fetch" in command[-1]]
    assert collections[collections.index("COLLECTIONS") + 1] == "commons"
    assert (Path(image.root) / "app/copied").read_text() == str(ROOT)  # copied to the first stage, and from there
    assert (Path(image.root) / "app/requirements.lock").read_bytes() == (ROOT / "requirements.lock").read_bytes()
    assert (image.user, image.folder, image.command[0], image.health[0]) == ("1000:1000", "/app", "streamlit", "python")
    assert image.environment["PATH"].startswith("/venv/bin:")
    assert container_build.load(tmp_path / "image") == image


def test_an_unknown_instruction_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="VOLUME is unknown"):
        StageBuild(Image(str(tmp_path)), ROOT, {}, {}).carry_out(Instruction("VOLUME", "/data"))
    with pytest.raises(ValueError, match="Only python:VERSION-slim-SUITE"):
        container_build.bootstrap("alpine:3", tmp_path)


def test_the_context_contains_what_dockerignore_keeps(tmp_path: Path) -> None:
    context, target = tmp_path / "context", tmp_path / "target"
    for name in ("kept/a.py", "kept/__pycache__/a.pyc", "left/b.py", ".dot/config.toml", "one.lock", "secret"):
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        (context / name).write_text(name)
    (context / ".dockerignore").write_text("# What runs\n*\n!kept\n!.dot/config.toml\n!*.lock\n**/__pycache__\n")
    copy_context(context, target)
    copied = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert copied == {"kept/a.py", ".dot/config.toml", "one.lock"}
    (context / ".dockerignore").write_text("*\nkept/*\n")
    with pytest.raises(ValueError, match=r"Each line of \.dockerignore"):
        copy_context(context, target)


def test_the_image_runs_as_its_user_with_a_read_only_root() -> None:
    line = container.running(Image("/image", {"PATH": "/bin"}, "/app", "1000:1000"), ["program"])
    assert line[:4] == ["bwrap", "--ro-bind", "/image", "/"]
    rights = line[line.index("setpriv") :]
    assert rights[rights.index("--reuid") + 1] == rights[rights.index("--regid") + 1] == "1000"
    assert {"--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs", "--clear-groups"} <= set(rights)
    assert rights[-2:] == ["--", "program"]
