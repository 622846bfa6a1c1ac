"""Keep the file of a download until the browser has had time to fetch it.

Streamlit makes the file when a visitor clicks, and deletes it after two runs of pages, of any session. If many people use the app,
the file is often gone before the browser has asked for it.
"""

from __future__ import annotations

import asyncio

from streamlit import runtime

PERIOD = 20.0
"""Seconds between two clean-ups. The first one marks the file of a download, and the next one deletes it. So a browser has at least
this long to ask for it."""


async def delete_unused_files(period: float = PERIOD) -> None:
    """Delete unused files every ``period`` seconds. Streamlit deletes them after each run of a page.

    This replaces the clean-up of Streamlit until the task is cancelled.

    Args:
        period: Seconds between two clean-ups.
    """
    files = runtime.get_instance().media_file_mgr
    delete = files.remove_orphaned_files
    files.remove_orphaned_files = _keep  # type: ignore[method-assign]
    try:
        while True:
            await asyncio.sleep(period)
            delete()
    finally:
        files.remove_orphaned_files = delete  # type: ignore[method-assign]


def _keep() -> None:
    """Delete nothing. Streamlit calls this after each run."""
