"""Read the settings that an operator makes with environment variables. ``docs/SETTINGS.md`` lists all of them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from devise_core.settings.environment import file, folder, text, variable

if TYPE_CHECKING:
    from devise_core.settings.fields import Settings, read_settings

__all__ = ["Settings", "file", "folder", "read_settings", "settings", "text", "variable"]


@cache
def settings() -> Settings:
    """Return the settings of this process. They are read only once.

    Raises:
        SettingsError: A variable has a value that is not allowed.
    """
    from devise_core.settings.fields import read_settings

    return read_settings()


def __getattr__(name: str) -> Any:
    """Import pydantic only when a setting is needed, because this import takes longer than the rest of a server's start."""
    if name not in ("Settings", "read_settings"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("devise_core.settings.fields"), name)
