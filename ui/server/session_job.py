"""Identify the session that a page works for. So the work can end when the visitor leaves, and sessions can take turns."""

from __future__ import annotations

from functools import partial

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from devise_core.untrusted.job import Job


def session_job() -> Job:
    """Return a job for the session whose page runs in this thread. The visitor has left when the browser is disconnected."""
    context = get_script_run_ctx(suppress_warning=True)
    return Job(context.session_id, partial(_has_left, context.session_id)) if context else Job()


def _has_left(session: str) -> bool:
    return runtime.exists() and not runtime.get_instance().is_active_session(session)
