"""Callbacks of widgets that do all of their work, also when the visitor does the next thing in the meantime."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from streamlit.runtime.scriptrunner import RerunException

Arguments = ParamSpec("Arguments")
_ATTEMPTS = 3


def uninterrupted(callback: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Return ``callback`` for a widget, so that the next message of the browser cannot end it halfway.

    Streamlit ends a run when the next message comes, at the first use of ``st``, also inside a callback. The run that follows
    knows that the widget has its new value, so it does not call the callback again, and what the visitor did is lost. A message
    ends a callback once. So it is called again, and ends as Streamlit wanted when it has done its work.

    Args:
        callback: Called up to 3 times. It does not call ``st.rerun``, and does the same when it is called again.
    """

    @wraps(callback)
    def call(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        interruption: RerunException | None = None
        for _ in range(_ATTEMPTS):
            try:
                callback(*args, **kwargs)
                break
            except RerunException as error:
                interruption = error
        if interruption:
            raise interruption

    return call
