"""The examples in the documents work: Python runs and prints what is shown, and commands have the options that are given."""

from __future__ import annotations

import doctest
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from streamlit.navigation.page import StreamlitPage

from devise_core.cli import main
from devise_core.cli.main import parser
from tests.app_testing import app, tiles
from tests.conftest import BUNDLED
from tests.documents import DOCUMENTS, ROOT, Block, blocks

pytestmark = [pytest.mark.artifacts, pytest.mark.usefixtures("models_load_once")]
LANGUAGES = {"sh", "pycon", "python", "text", "toml", "yaml", "nginx", "html", "json", "csv"}
RUN_IN_TUTORIAL = {"index", "search"}
"""The commands that later examples need, and the one that shows results. Others are only parsed, as on other pages."""
NEEDS_SERVER = "docs/API.md"
"""``tests/test_api_document.py`` runs its examples."""
NEEDS_APP = "CONTRIBUTING.md"
"""Its example is a page of the app."""
WITH_PYTHON = [
    document
    for document in DOCUMENTS
    if next(blocks(document, "pycon", "python"), None) and document not in (NEEDS_SERVER, NEEDS_APP)
]
WITH_SHELL = [document for document in DOCUMENTS if next(blocks(document, "sh"), None)]


@pytest.fixture
def place_of_a_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder with a photo, no collections but the bundled ones, and no settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("SEMBLANCE_DEFAULT_COLLECTION", "SEMBLANCE_RUNTIME"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    with Image.open(BUNDLED / "collections/photos/images/cat.webp") as image:
        image.convert("RGB").save("photo.jpg")


def run(document: str, block: Block, names: dict[str, Any]) -> None:
    """Run the Python of a block. An example with prompts must print what is shown."""
    if block.language == "python":
        exec(compile(block.text, f"{document}:{block.line}", "exec"), names)
        return
    test = doctest.DocTestParser().get_doctest(block.text, names, document, document, block.line - 1)
    said: list[str] = []
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append, clear_globs=False)
    assert outcome.attempted
    assert not outcome.failed, "".join(said)
    names.update(test.globs)


@pytest.mark.usefixtures("place_of_a_reader")
@pytest.mark.parametrize("document", WITH_PYTHON)
def test_python_examples_run(document: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for block in blocks(document, "pycon", "python", "sh"):
        if block.language != "sh":
            run(document, block, names)
        elif document.startswith("docs/tutorial/"):
            for arguments in block.program_arguments:
                if arguments[0] in RUN_IN_TUTORIAL:
                    assert main(arguments) == 0, capsys.readouterr().err


def test_the_example_of_a_page_runs_in_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    [example] = blocks(NEEDS_APP, "python")
    code = compile(example.text, NEEDS_APP, "exec")
    monkeypatch.setattr(StreamlitPage, "run", lambda _: exec(code, {}))
    page = app("words")
    assert page.title[0].value == "Seasons"
    assert len(tiles(page)) == 12


@pytest.mark.parametrize("document", WITH_SHELL)
def test_commands_have_the_options_that_are_given(document: str) -> None:
    for block in blocks(document, "sh"):
        for arguments in block.program_arguments:
            try:
                parser().parse_args(arguments)
            except SystemExit as end:
                assert end.code == 0, f"{document}:{block.line}: {arguments}"


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("document", WITH_SHELL)
def test_shell_examples_parse(document: str) -> None:
    for block in blocks(document, "sh"):
        outcome = subprocess.run(["bash", "-n"], input=block.text, text=True, capture_output=True, check=False)
        assert not outcome.stderr, f"{document}:{block.line}: {outcome.stderr}"


def test_targets_extras_and_files_of_shell_examples_exist() -> None:
    commands = [command for document in WITH_SHELL for block in blocks(document, "sh") for command in block.commands]
    text = "\n".join(commands)
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = {target for call in re.findall(r"\bmake((?: [a-z]+)+)", text) for target in call.split()}
    assert {target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)} == set()
    extras = {name for given in re.findall(r"(?:semblance|\.)\[([a-z,]+)\]", text) for name in given.split(",")}
    assert extras <= set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"])
    files = set(re.findall(r"\b(?:streamlit run|jupyter lab|pip install -r) ([\w./-]+)", text))
    assert files
    assert {name for name in files if not (ROOT / name).is_file()} == set()


def test_every_block_names_a_known_language() -> None:
    """A block without a language, or in an unknown one, would not be checked."""
    opened = {
        (document, line)
        for document in DOCUMENTS
        for line in re.findall(r"^ *```.*$", (ROOT / document).read_text("utf-8"), re.MULTILINE)
    }
    languages = {line.strip().removeprefix("```") for _, line in opened} - {""}
    assert languages <= LANGUAGES
    assert {"sh", "pycon"} <= languages
