"""The files that visitors upload are limited for each session and for all of them."""

from __future__ import annotations

import tomllib

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from devise_core.settings import Settings
from tests.conftest import BUNDLED
from ui.server import upload_quota
from ui.server.message_guard import MAX_BYTES


def test_the_session_with_the_most_bytes_loses_its_oldest_file_first(monkeypatch: pytest.MonkeyPatch) -> None:
    files = MemoryUploadedFileManager("/upload")
    monkeypatch.setattr(upload_quota, "_file_manager", lambda: files)

    def upload(session: str, name: str, size: int) -> list[str]:
        files.add_file(session, UploadedFileRec(name, name, "", bytes(size)))
        upload_quota.delete_oldest(session, 50, 100)
        return [file for kept in files.file_storage.values() for file in kept]

    assert upload("one", "a", 20) == ["a"]
    assert upload("one", "b", 30) == ["a", "b"]
    assert upload("one", "c", 10) == ["b", "c"]  # 60 in one session
    assert upload("two", "d", 45) == ["b", "c", "d"]
    assert upload("three", "e", 20) == ["b", "c", "e"]  # 105 in all, and the second session holds 45
    assert upload("four", "f", 90) == ["c", "f"]  # the first session holds 40 and the third 20, and 100 are allowed
    assert upload("four", "g", 120) == ["g"]  # the newest file stays, whatever its size
    upload_quota.delete_oldest("five", 50, 100)  # its own upload was refused
    assert not files.file_storage["four"]


def test_no_file_fits_into_a_message() -> None:
    server = tomllib.loads((BUNDLED.parent / ".streamlit/config.toml").read_text())["server"]
    assert 1e6 * server["maxWidgetStateSize"] == MAX_BYTES < Settings().upload_bytes
