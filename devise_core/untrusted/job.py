"""Work for one session. The work ends when the visitor leaves, and a queue lets sessions take turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from devise_core.errors import AbandonedError


@dataclass(frozen=True, eq=False)
class Job:
    """Work for one session.

    Attributes:
        session: Identifies the session. Queues serve sessions in turn. By default, each job counts as a separate session.
        has_left: Returns whether the visitor has left, so that nobody waits for the result. Called from several threads.
    """

    session: object = field(default_factory=object)
    has_left: Callable[[], bool] = lambda: False

    def check(self) -> None:
        """Raise ``AbandonedError`` if nobody waits for the result any more."""
        if self.has_left():
            raise AbandonedError
