"""A file that a visitor asked for stays until the browser has fetched it, and no longer than needed."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from tests.browsing import PATIENCE, run_session
from ui.server.file_expiry import delete_unused_files

LONG, SHORT = 3600.0, 0.01


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> MediaFileManager:
    manager = MediaFileManager(MemoryMediaFileStorage("/media"))
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(media_file_mgr=manager))
    return manager


def download(files: MediaFileManager) -> str:
    """Return the name of a file that a click has made."""
    offered = files.add_deferred(lambda: "id,name", "text/csv", "button", "selected.csv")
    return files.execute_deferred(offered).removeprefix("/media/")


def finish_runs(files: MediaFileManager) -> None:
    """Do what Streamlit does after three runs of pages."""
    for _ in range(3):
        files.remove_orphaned_files()


async def finish_runs_during_task(files: MediaFileManager) -> None:
    task = asyncio.create_task(delete_unused_files(LONG))
    await asyncio.sleep(0)  # starts the task
    finish_runs(files)
    task.cancel()


async def wait_until_deleted(files: MediaFileManager, name: str) -> None:
    task = asyncio.create_task(delete_unused_files(SHORT))
    async with asyncio.timeout(PATIENCE):
        while files.read_file(name):
            await asyncio.sleep(SHORT)
    task.cancel()


def test_runs_of_pages_do_not_delete_a_download(files: MediaFileManager) -> None:
    name = download(files)
    run_session(finish_runs_during_task(files))
    assert files.read_file(name)


def test_a_download_is_deleted_in_the_end(files: MediaFileManager) -> None:
    run_session(wait_until_deleted(files, download(files)))


def test_the_end_of_the_task_restores_the_behaviour_of_streamlit(files: MediaFileManager) -> None:
    run_session(finish_runs_during_task(files))
    name = download(files)
    finish_runs(files)
    assert files.read_file(name) is None
