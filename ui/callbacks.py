"""Let the callback of a widget finish its work, even if the visitor does something else in the meantime."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from streamlit.runtime.scriptrunner import RerunException

Arguments = ParamSpec("Arguments")
_ATTEMPTS = 3


def uninterrupted(callback: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Return ``callback`` for a widget, so that the next message from the browser cannot end it halfway.

    When the next message arrives, Streamlit ends the run at its next use of ``st``, even inside a callback. The run that follows
    knows that the widget has its new value, so it does not call the callback again, and what the visitor did is lost. One message
    ends a callback only once. So the callback is called again, and the run ends only after the callback has done its work.

    Args:
        callback: Called up to 3 times. It must not call ``st.rerun``, and a repeated call must have the same effect as one call.
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
