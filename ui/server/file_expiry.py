"""Keep the files that pages offer long enough for a browser to fetch them.

Streamlit makes the file of a download when a visitor clicks, and deletes it after two runs of pages, whoever the visitors of these
pages are. If many people use the app, the file is often gone before the browser of the visitor has asked for it.
"""

from __future__ import annotations

import asyncio

from streamlit import runtime

PERIOD = 20.0
"""Seconds between two deletions. A file that no page shows is deleted by the second of them, so a browser has this time to ask for
it."""


async def delete_unused_files(period: float = PERIOD) -> None:
    """Regularly delete the files that no page shows, instead of after each run of a page. The task runs until it is cancelled.

    Args:
        period: Seconds between two deletions.
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
