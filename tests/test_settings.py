"""Settings are read from the environment, invalid ones are refused in one sentence, and the documentation lists them all."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from devise_core import load_engine
from devise_core.cli.diagnostics import check_user_folder
from devise_core.collections.indexing import index_folder
from devise_core.errors import SettingsError, UnknownCollectionError
from devise_core.settings import Settings, environment, file, folder, read_settings, variable
from devise_core.settings.fields import spelled
from devise_core.settings.table import settings_table, unknown_variables
from devise_core.storage import paths
from devise_core.storage.paths import BUNDLED_ARTIFACTS, artifacts_folder, user_collections

DOCUMENTED = Path(__file__).parent.parent / "docs/SETTINGS.md"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("SEMBLANCE_", "DEVISE_"))]:
        monkeypatch.delenv(name)
    environment._warn.cache_clear()


def defaults() -> dict[str, object]:
    return {name: field.default for name, field in Settings.model_fields.items()}


def test_blank_variables_count_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_UPLOAD_BYTES", " ")
    monkeypatch.setenv("SEMBLANCE_METRICS", "")
    assert read_settings().model_dump() == defaults()


def test_each_kind_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"UPLOAD_BYTES": " 1_000_000", "UPLOAD_SECONDS": "2.5", "URL_SEARCH": "On", "METRICS": "0"}.items():
        monkeypatch.setenv(f"SEMBLANCE_{name}", value)
    read = read_settings()
    assert (read.upload_bytes, read.upload_seconds, read.url_search, read.metrics) == (1_000_000, 2.5, True, False)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("UPLOAD_BYTES", "much", "a whole number from 1_000 to 50_000_000 (bytes)"),
        ("UPLOAD_BYTES", "-1", "a whole number from 1_000 to 50_000_000 (bytes)"),
        ("UPLOAD_BYTES", "1e6", "a whole number from 1_000 to 50_000_000 (bytes)"),
        ("UPLOAD_SECONDS", "nan", "a number from 0.1 to 60 (seconds)"),
        ("UPLOAD_SECONDS", "inf", "a number from 0.1 to 60 (seconds)"),
        ("ZIP_ENTRIES", "2.5", "a whole number from 1 to 65_535 (entries)"),
        ("URL_SEARCH", "maybe", "on or off"),
        ("NETWORK_CALLS", "0", "a whole number from 1 to 32 (calls)"),
    ],
)
def test_error_names_variable_value_and_what_is_allowed(
    name: str, value: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"SEMBLANCE_{name}", value)
    with pytest.raises(SettingsError) as raised:
        read_settings()
    assert str(raised.value) == f"SEMBLANCE_{name} is {value!r}, but must be {allowed}."


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_field_has_a_meaning_and_an_allowed_default(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    field = Settings.model_fields[name]
    assert (field.description or "").endswith(".")
    monkeypatch.setenv(variable(name), spelled(field.default))
    assert getattr(read_settings(), name) == field.default


def test_an_argument_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_DECODERS", "3")
    assert (Settings().decoders, Settings(decoders=4).decoders) == (3, 4)


@pytest.mark.parametrize("new", environment.OLD_NAMES)
def test_an_old_name_works_and_warns_once(new: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    old, name = environment.OLD_NAMES[new], new.removeprefix("SEMBLANCE_").lower()
    monkeypatch.setenv(old, "7")
    with caplog.at_level(logging.WARNING):
        assert environment.value_of(name) == environment.value_of(name) == "7"
    assert [record.getMessage() for record in caplog.records] == [
        f"{old} is deprecated and stops working in version 0.3. Set {new} instead."
    ]
    monkeypatch.setenv(new, "8")
    assert environment.value_of(name) == "8"


def test_old_names_reach_settings_and_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVISE_WARM", "0")
    monkeypatch.setenv("SEMBLANCE_NETWORK_CALLS", "4")
    monkeypatch.setenv("DEVISE_ARTIFACTS", "/models/mine")
    assert (read_settings().preload, read_settings().model_calls) == (False, 4)
    assert artifacts_folder() == Path("/models/mine")


def test_folders_are_read_at_each_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (folder("data"), artifacts_folder()) == (None, BUNDLED_ARTIFACTS)
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path))
    monkeypatch.setenv("SEMBLANCE_ARTIFACTS", "")
    assert (user_collections(), artifacts_folder()) == (tmp_path, BUNDLED_ARTIFACTS)


def _no_home(path: str) -> str:
    return path  # what os.path.expanduser does for a user id without an entry in passwd, if HOME is not set


@pytest.mark.parametrize("old_platformdirs", [False, True])
def test_a_user_without_a_home_folder_can_search(
    old_platformdirs: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: Path
) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "SEMBLANCE_COLLECTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", _no_home)
    monkeypatch.setattr(paths, "IN_CHECKOUT", False)
    if old_platformdirs:
        monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: Path("~/.local/share/semblance"))
        monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: Path("~/.cache/semblance"))
    engine = load_engine(BUNDLED_ARTIFACTS)
    assert {"photos", "stamps"} == set(engine.collections())
    with pytest.raises(UnknownCollectionError, match="photos, stamps|stamps, photos"):
        engine.on("nothing")
    assert paths.default_cache() == Path("semblance-cache")
    with pytest.raises(SettingsError, match="no home folder.*Set SEMBLANCE_COLLECTIONS to a folder"):
        index_folder(source, "mine", engine.encoder)
    assert check_user_folder().state == "note"


def test_the_word_list_is_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert file("word_list") is None
    monkeypatch.setenv("SEMBLANCE_WORD_LIST", " /etc/semblance/words.txt ")
    assert (file("word_list"), unknown_variables()) == (Path("/etc/semblance/words.txt"), [])


def test_the_phrase_encoder_is_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert folder("phrase_encoder") is None
    monkeypatch.setenv("SEMBLANCE_PHRASE_ENCODER", "/data/phrase-encoder")
    assert (folder("phrase_encoder"), unknown_variables()) == (Path("/data/phrase-encoder"), [])


def test_misspelled_variables_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SEMBLANCE_UPLOAD_BYTE", "SEMBLANCE_METRICS", "SEMBLANCE_NETWORK_CALLS", "SEMBLANCE_DATA", "DEVISE_WARM"):
        monkeypatch.setenv(name, "1")
    assert unknown_variables() == ["SEMBLANCE_UPLOAD_BYTE"]


def test_a_folder_is_read_without_pydantic_settings() -> None:
    """The import of pydantic-settings takes longer than the rest of ``words`` or ``search`` on the command line."""
    code = "import sys, devise_core.cli, devise_core.engine; print('pydantic_settings' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=DOCUMENTED.parents[1])
    assert result.stdout.strip() == "False"


def test_the_documentation_is_generated() -> None:
    assert DOCUMENTED.read_text("utf-8") == settings_table(), "run python -m devise_core doctor --settings > docs/SETTINGS.md"
