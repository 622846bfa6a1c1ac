"""The result of a check of ``doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        check: The name of what was checked.
        state: ``ok``, ``note`` if it works but the operator should know something, or ``fix`` if it does not work.
        says: The details, and for ``fix`` what to do.
    """

    check: str
    state: Literal["ok", "note", "fix"]
    says: str
