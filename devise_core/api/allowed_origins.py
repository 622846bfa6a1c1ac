"""The sites whose pages may use the API, as a setting lists them."""

from __future__ import annotations

import re

from devise_core.errors import SettingsError, shown_value

ANY = "*"
"""Allows the pages of every site."""
_SITE = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s]+")


def origins_of(text: str) -> tuple[str, ...]:
    """Return the sites in the value of ``SEMBLANCE_API_ORIGINS``.

    Raises:
        SettingsError: A site is neither ``ANY`` nor a scheme with a host, such as "https://example.org".
    """
    origins = tuple(origin for part in text.split(",") if (origin := part.strip().rstrip("/")))
    for origin in origins:
        if origin != ANY and not _SITE.fullmatch(origin):
            raise SettingsError(
                f"SEMBLANCE_API_ORIGINS has {shown_value(origin)}, which is not a site. Write {ANY}, or sites such as "
                "https://example.org, separated by commas."
            )
    return origins
