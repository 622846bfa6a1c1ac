"""Tell whether a browser sends a request on behalf of a page of another site."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def is_cross_origin(headers: Mapping[str, str]) -> bool:
    """Return whether a browser says that a page of another origin makes the request.

    A program that is not a browser usually sends neither ``Sec-Fetch-Site`` nor ``Origin``. Its requests are allowed, because
    they do not use the rights of a visitor.

    Args:
        headers: The headers of the request, with names in lower case.
    """
    if site := headers.get("sec-fetch-site"):  # sent by all browsers since 2023, to https and localhost
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and _host(origin) != headers.get("host", "").lower()


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:  # a bracket without its pair
        return ""
