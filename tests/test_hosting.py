"""The hosting files and the documents name files, ports, settings and commands that exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from streamlit import config
from streamlit.web.server.app_discovery import discover_asgi_app

from benchmarks.dockerfile import read_dockerfile
from devise_core.cli import parser
from devise_core.cli.fetch import NAMES
from devise_core.cli.machine_checks import _PORTABLE, PYTHONS
from devise_core.settings.environment import OLD_NAMES
from devise_core.settings.table import known_variables
from tests.documents import ROOT, read

PAGES = sorted((ROOT / "docs/hosting").glob("*.md"))
FILES = [
    *PAGES,
    *(path for path in sorted((ROOT / "docs").glob("*.md")) if path.name != "SETTINGS.md"),
    *(ROOT / name for name in ("Dockerfile", "compose.yaml", "CONTRIBUTING.md", "README.md", "docs/hosting/nginx.conf")),
]
PORT = "8501"


def given(stage: int, instruction: str) -> list[str]:
    return read_dockerfile(read("Dockerfile"))[stage].given(instruction)


def command(text: str) -> list[str]:
    """Parse the list form of an instruction."""
    return list(yaml.safe_load(text))


def test_no_other_dependency_file_takes_precedence() -> None:
    for name in ("uv.lock", "Pipfile", "Pipfile.lock", "environment.yml", "environment.yaml", "poetry.lock", "conda.yml"):
        assert not (ROOT / name).exists(), f"a host would take {name} instead of requirements.txt"
    assert (ROOT / "requirements.txt").is_file()  # a host looks for it before it looks into pyproject.toml
    assert "poetry" not in tomllib.loads(read("pyproject.toml"))["tool"]


def test_streamlit_run_finds_the_server() -> None:
    assert discover_asgi_app(ROOT / "streamlit_app.py").is_asgi_app


def test_compiler_is_installed_from_debian() -> None:
    assert read("packages.txt").split() == ["g++"]
    assert "g++" in given(0, "RUN")[0]


def test_annoy_is_built_for_any_processor() -> None:
    [flags] = [text.partition("=")[2] for text in given(0, "ENV") if text.startswith("ANNOY_COMPILER_ARGS")]
    assert "native" not in flags
    assert flags == _PORTABLE
    assert flags in read("docs/hosting/docker.md")


def test_image_installs_by_hash_and_copies_existing_files() -> None:
    installs = [text for text in given(0, "RUN") if "pip install" in text]
    locks = [re.search(r'-r "?([\w.$-]+)', text)[1] for text in installs]  # type: ignore[index]
    assert locks == ["requirements-build.lock", "requirements.lock", "requirements-$extra.lock"]
    assert all("--require-hashes" in text for text in installs)
    assert 'EXTRAS="api milvus"' in given(0, "ARG")
    for text in given(0, "COPY"):
        for source in text.split()[:-1]:
            assert (ROOT / source).exists(), source


def test_image_contains_only_what_runs() -> None:
    lines = [line for line in read(".dockerignore").splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    kept = [line[1:] for line in lines if line[0] == "!"]
    assert all(list(ROOT.glob(name)) for name in kept)
    assert {"artifacts", "devise_core", "ui", "pages", "streamlit_app.py", ".streamlit/config.toml", "requirements*.lock"} <= set(
        kept
    )
    for path in (*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")):
        for name in re.findall(r'_DOCS / "([^"]+)"', path.read_text("utf-8")):
            assert f"docs/{name}" in kept
    assert not [
        name for name in kept if name.startswith(("tests", "benchmarks", ".git", "data", "build-cache", "collections", ".venv"))
    ]


def test_container_runs_without_root() -> None:
    names = [each.name for each in read_dockerfile(read("Dockerfile"))[-1].instructions]
    user, _, group = given(-1, "USER")[0].partition(":")
    assert int(user) == int(group) == 1000
    assert names.index("USER") < names.index("CMD")
    assert not {"USER", "COPY"} & set(names[names.index("USER") + 1 :])
    assert "HOME=/tmp" in given(-1, "ENV")[0]


def test_start_command_uses_existing_options() -> None:
    line = command(given(-1, "CMD")[0])
    assert line[:3] == ["streamlit", "run", "streamlit_app.py"]
    options = dict(zip(line[3::2], line[4::2], strict=True))
    assert {name.removeprefix("--") for name in options} <= set(config.get_config_options())
    assert options["--server.port"] == PORT


def test_health_check_needs_only_python() -> None:
    [text] = given(-1, "HEALTHCHECK")
    python, dash, code = command(text.partition("CMD ")[2])
    assert (python, dash) == ("python", "-c")
    assert f"127.0.0.1:{PORT}/_stcore/health" in code
    compile(code, "health", "exec")


def test_all_files_name_the_same_port() -> None:
    assert given(-1, "EXPOSE") == [PORT]
    assert yaml.safe_load(read("compose.yaml"))["services"]["app"]["expose"] == [PORT]
    assert set(re.findall(r"proxy_pass (\S+);", read("docs/hosting/nginx.conf"))) == {"http://$replica"}
    for file, names in {"one-replica.conf": {"app"}, "two-replicas.conf": {"app", "app-2"}}.items():
        assert set(re.findall(r"\bserver ([\w-]+:\d+)", read(f"docs/hosting/{file}"))) == {f"{name}:{PORT}" for name in names}
    assert set(re.findall(r"-p (\S+)", read("docs/hosting/docker.md"))) == {f"{PORT}:{PORT}"}


def test_header_of_a_space_is_valid() -> None:
    text = read("docs/hosting/huggingface.md")
    header = yaml.safe_load(re.search(r"```yaml\n---\n(.*?)---\n```", text, re.DOTALL)[1])  # type: ignore[index]
    assert (header["sdk"], str(header["app_port"]), header["license"]) == ("docker", PORT, "mit")
    assert {header["colorFrom"], header["colorTo"]} <= {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert len(header["short_description"]) <= 60
    assert not read("README.md").startswith("---")


def collections_step() -> str:
    return next(text for text in given(0, "RUN") if "COLLECTIONS" in text)


@pytest.mark.parametrize("names", ["", "pascal-sentences", "pascal-sentences commons"])
def test_build_argument_fetches_and_indexes_collections(names: str, tmp_path: Path) -> None:
    """Run the build step with a fake `python` that records its arguments, then parse them with the real command line."""
    record = tmp_path / "record"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nshift 2\necho "$@" >> {record}\n')
    python.chmod(0o755)
    step = collections_step().replace("/data", str(tmp_path / "data"))
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "COLLECTIONS": names}
    assert subprocess.run(["sh", "-c", step], cwd=tmp_path, env=environment, check=False).returncode == 0
    lines = record.read_text().splitlines() if record.exists() else []
    commands = [parser().parse_args(shlex.split(line)) for line in lines]
    assert [options.name for options in commands] == [name for name in names.split() for _ in range(2)]
    for fetched, indexed in zip(commands[::2], commands[1::2], strict=True):
        assert Path(indexed.folder) == fetched.out / fetched.name
        assert fetched.name in NAMES
    python.write_text("#!/bin/sh\nexit 1\n")
    assert subprocess.run(["sh", "-c", step], cwd=tmp_path, env=environment, check=False).returncode == bool(names)


def test_proxy_limits_requests_and_hides_metrics() -> None:
    text = re.sub(r"\s#.*", "", read("docs/hosting/nginx.conf"))
    assert text.count("{") == text.count("}")
    most = int(re.search(r"client_max_body_size (\d+)m;", text)[1])  # type: ignore[index]
    assert tomllib.loads(read(".streamlit/config.toml"))["server"]["maxUploadSize"] <= most < 100
    for kind in ("req", "conn"):
        zones = re.findall(rf"limit_{kind}_zone \S+ zone=(\w+):", text)
        used = re.findall(rf"limit_{kind} (?:zone=)?(\w+)", text)
        assert set(zones) == set(used)
        assert len(used) == text.count("proxy_pass")
    hidden = re.search(r"location ~ (\S+) \{ return 404; \}", text)[1]  # type: ignore[index]
    assert all(re.search(hidden, path) for path in ("/metrics", "/metrics/", "/_stcore/metrics", "/demo/metrics"))
    assert not any(re.search(hidden, path) for path in ("/", "/_stcore/health", "/_stcore/stream", "/pictures/metrics/a"))
    for header in ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"):
        assert f"add_header {header} " in text
    policy = re.search(r'Content-Security-Policy "([^"]+)"', text)[1]  # type: ignore[index]
    assert not re.search(r"https?:|\*", policy)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_documented_variables_are_settings(path: Path) -> None:
    current = known_variables() - set(OLD_NAMES.values())
    assert set(re.findall(r"\b(?:SEMBLANCE|DEVISE)_[A-Z_]+\b", path.read_text("utf-8"))) <= current


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_documented_commands_exist(path: Path) -> None:
    for line in re.findall(r"python -m devise_core ([^`\n|;#>]+)", path.read_text("utf-8")):
        words = shlex.split(
            line.replace('"$name"', "pascal-sentences").replace("fetch NAME", "fetch pascal-sentences").replace(")", "")
        )
        if "--help" not in words and (len(words) > 1 or words == ["doctor"]):
            parser().parse_args(words)
        elif words:  # the text only names the command
            with pytest.raises(SystemExit, match="0"):
                parser().parse_args([*words, "--help"])


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".md"], ids=lambda path: path.name)
def test_links_and_file_names_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)[^)]*\)", text):
        assert (path.parent / link).exists(), link
    for name in re.findall(r"`((?:docs|tests|benchmarks|devise_core|ui)/[\w./-]+\.\w+)`", text):
        assert (ROOT / name).exists(), name


def test_all_files_name_supported_python_versions() -> None:
    for version in re.findall(r"FROM python:(\d+)\.(\d+)", read("Dockerfile")):
        assert PYTHONS[0] <= tuple(map(int, version)) < PYTHONS[1]
    named = re.search(r"choose Python ([\d., or]+)\d", read("docs/hosting/streamlit-cloud.md"))
    assert named
    assert "3.11, 3.12 or 3.1" in named[0]
