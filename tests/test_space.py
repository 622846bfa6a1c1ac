"""The folder for a Hugging Face Space has a header and all files that its image is built from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from benchmarks.dockerfile import read_dockerfile
from docs.tools.space import space_header, write_space
from tests.documents import ROOT


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("space")
    write_space(folder)
    return folder


def test_readme_begins_with_the_header_of_the_page(space: Path) -> None:
    text = (space / "README.md").read_text("utf-8")
    _, header, about = text.split("---\n", 2)
    assert yaml.safe_load(header)["sdk"] == "docker"
    assert text.startswith(space_header())
    assert "# Semblance" in about


def test_space_has_what_the_image_is_built_from(space: Path) -> None:
    for stage in read_dockerfile((space / "Dockerfile").read_text("utf-8")):
        sources = [source for text in stage.given("COPY") if "--from" not in text for source in text.split()[:-1]]
        assert [source for source in sources if not (space / source).exists()] == []
    assert (space / ".dockerignore").read_bytes() == (ROOT / ".dockerignore").read_bytes()
    for name in ("streamlit_app.py", ".streamlit/config.toml", "artifacts/model.keras", "devise_core/engine.py", "ui/router.py"):
        assert (space / name).read_bytes() == (ROOT / name).read_bytes()
    assert not [path for path in space.rglob("*") if path.name in ("tests", "__pycache__", ".git")]


def test_a_folder_with_files_is_kept(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "docs.tools.space", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "has files already. Name a new folder." in done.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
