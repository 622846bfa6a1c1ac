"""The wheel contains everything that it needs to work outside the checkout."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

from packaging.requirements import Requirement

from benchmarks.clean_install import readme_lines
from devise_core.installation import EXTRAS
from tests.conftest import BUNDLED
from tests.installed_package import ROOT, Installed, build_wheel, tracked_source
from tests.requirement_files import requirements

CAT = BUNDLED / "collections/photos/images/cat.webp"


def test_wheel_has_the_model_and_the_app_and_no_tests(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        sizes = {each.filename: each.file_size for each in wheel.infolist()}
    expected = {str(path.relative_to(BUNDLED)) for path in BUNDLED.rglob("*") if path.is_file()}
    artifacts = "devise_core/bundled/artifacts/"
    assert {name.removeprefix(artifacts) for name in sizes if name.startswith(artifacts)} == expected
    assert {"devise_core/py.typed", "devise_core/bundled/app/streamlit_app.py"} <= set(sizes)
    assert {name.split("/")[0].partition("-")[0] for name in sizes} == {"devise_core", "semblance"}
    assert installed.wheel.stat().st_size < 100_000_000
    assert max(sizes.values()) < 50_000_000


def test_lines_of_the_readme_work_in_another_folder(installed: Installed) -> None:
    shutil.copy(CAT, installed.folder / "photo.jpg")  # the content decides, not the suffix
    out = installed.run("python", "-c", f"{readme_lines()}\nprint(hits[0].name, names[0].word, similar[0].name, hits[0].path)")
    assert out.startswith("castle cat cat ")
    assert "site-packages" in out
    assert f"{ROOT}/" not in out  # with a slash, because the path of the test folder may begin with the same letters


def test_command_finds_collections_in_the_folder_of_the_user(installed: Installed) -> None:
    [hit] = json.loads(installed.run("semblance", "search", "dog", "-k", "1", "--json"))["hits"]
    assert (hit["id"], Path(hit["path"]).is_file(), "site-packages" in hit["path"]) == ("dog", True, True)
    where = "from devise_core.storage.paths import default_cache, user_collections; print(user_collections(), default_cache())"
    data, cache = (installed.folder / name / "semblance" for name in ("data", "cache"))
    assert installed.run("python", "-c", where) == f"{data / 'collections'} {cache}\n"
    (data / "collections").mkdir(parents=True)
    shutil.copytree(BUNDLED / "collections/stamps", data / "collections/mine")
    assert json.loads(installed.run("semblance", "collections", "--json"))["collections"]["mine"] == 384


def test_messages_name_the_command_that_is_installed(installed: Installed) -> None:
    said = installed.run("semblance", "search", "dog", "--collection", "nowhere", status=1)
    assert "Make one with `semblance index FOLDER --name NAME`." in said


def test_text_search_needs_no_extra(installed: Installed) -> None:
    """Modules of every extra are hidden. Text search still runs, and a command that needs an extra says which one to install."""
    hidden = [module for modules in EXTRAS.values() for module in modules]
    hide = f"import sys; sys.modules.update(dict.fromkeys({hidden}))\n"
    search = "from devise_core import load_engine; print(load_engine().search_text('dog', k=1)[0].name)"
    assert installed.run("python", "-c", hide + search) == "dog\n"
    label = f"from devise_core.cli import main; sys.exit(main(['label', {str(CAT)!r}]))"
    assert 'pip install "semblance[images]"' in installed.run("python", "-c", hide + label, status=1)


def test_demo_serves_the_app(installed: Installed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    code = f"""
import subprocess, urllib.request
server = subprocess.Popen([{str(installed.scripts / "semblance")!r}, "demo", "--no-browser", "--port", "{port}"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
try:
    for line in server.stdout:
        if "http://" in line:
            break
    assert line.split()[-1] == "http://127.0.0.1:{port}", "other machines cannot open it"
    print(urllib.request.urlopen(line.split()[-1]).read().decode())
finally:
    server.terminate()
"""
    page = installed.run("python", "-c", code)
    assert "<title>Search pictures by meaning · Semblance</title>" in page


def test_sdist_builds_the_same_wheel(installed: Installed, tmp_path: Path) -> None:
    """The artifacts are left out, because packing them takes long."""
    left_out = ("tests/", "artifacts/collections", "artifacts/word", "artifacts/noun", "artifacts/model")
    source = tracked_source(tmp_path / "source", left_out)
    code = f"from setuptools import build_meta; build_meta.build_sdist({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=source, check=True, capture_output=True)
    [sdist] = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    [unpacked] = (tmp_path / "unpacked").iterdir()
    whole, by_sdist = (
        {
            name
            for name in zipfile.ZipFile(wheel).namelist()
            if not name.startswith(tuple(f"devise_core/bundled/{part}" for part in left_out))
        }
        for wheel in (installed.wheel, build_wheel(unpacked, tmp_path / "wheel"))
    )
    assert whole == by_sdist
    assert "devise_core/bundled/artifacts/manifest.json" in whole


def test_requirements_of_the_demo_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["images"], *extras["app"], *extras["train"]]
    named = {str(Requirement(line)) for line in wanted if not line.startswith("semblance[")}
    assert named == {str(each) for each in requirements(ROOT / "requirements.txt")}
    assert set(EXTRAS) <= set(extras)


def test_lines_of_the_readme_end_with_the_search_where_only_text_is_installed() -> None:
    assert readme_lines().startswith(readme_lines(search_only=True))
    assert readme_lines(search_only=True).splitlines()[-1].startswith("hits = engine.search_text(")
    assert "label_image" not in readme_lines(search_only=True)
