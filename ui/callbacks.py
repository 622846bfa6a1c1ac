"""Let the callback of a widget finish its work, even if the visitor does something else in the meantime."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from streamlit.runtime.scriptrunner import RerunException

Arguments = ParamSpec("Arguments")
_ATTEMPTS = 3


def uninterrupted(callback: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Return a function that runs ``callback`` to its end, even if the browser sends another message in the meantime.

    When a message arrives, Streamlit ends the script run at the next use of ``st``, even inside a callback. In the run that
    follows, the widget already has its new value. So Streamlit does not call the callback again, and the action of the visitor is
    lost. One message ends a callback only once. So the returned function calls the callback again, and then lets the run end.

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
