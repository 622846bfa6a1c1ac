"""The sections of the docstring of a verb, and the errors that it names."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

from devise_core import errors
from devise_core.errors import DeviseError

Function = Callable[..., Any]
ENTRY = re.compile(r"^    (\w+): \S", re.MULTILINE)


def section(verb: Function, *names: str) -> str:
    """Return the text of the first of these sections that a docstring has, or an empty string."""
    text = inspect.getdoc(verb) or ""
    match = re.search(rf"^(?:{'|'.join(names)}):\n((?:    .*\n?|\n)+)", text, re.MULTILINE)
    return match[1] if match else ""


def documented(verb: Function) -> tuple[type[DeviseError], ...]:
    """Return the errors that the docstring of a verb names."""
    return tuple(getattr(errors, name) for name in ENTRY.findall(section(verb, "Raises")))
