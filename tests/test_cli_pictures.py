"""An argument that names no image is refused before the model loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from devise_core.cli import main


@pytest.mark.parametrize(
    "arguments", [["index", "", "--name", "x"], ["label", ""], ["similar", " "], ["embed", ""], ["label", "", ""]]
)
def test_an_empty_name_is_not_the_current_folder(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    assert "is empty. Give " in capsys.readouterr().err
