"""The session that work is done for, so that the work ends when its visitor leaves and sessions take turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from devise_core.errors import AbandonedError


@dataclass(frozen=True, eq=False)
class Job:
    """Work for one session.

    Attributes:
        session: Whose work it is. Queues serve sessions in turn. By default, each job is a session of its own.
        has_left: Whether nobody waits for the result any more. Called from several threads.
    """

    session: object = field(default_factory=object)
    has_left: Callable[[], bool] = lambda: False

    def check(self) -> None:
        """Raise ``AbandonedError`` if nobody waits for the result any more."""
        if self.has_left():
            raise AbandonedError
