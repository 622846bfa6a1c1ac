"""The routes that the app adds to those of Streamlit: where they are served, and their URLs.

All URLs are relative to the pages, which are in one folder. So they work wherever that folder is: at the root of a host, below
``server.baseUrlPath``, behind a proxy that removes a prefix, and in a frame of another site.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from starlette.routing import Route
from streamlit import config


def route_url(*segments: str, **parameters: str | int) -> str:
    """Return the URL of a route, relative to the pages.

    Args:
        segments: The parts of the path. Each part is percent-encoded, so a slash inside a part does not separate parts.
        parameters: Name → value in the query string.
    """
    path = "/".join(quote(segment, safe="") for segment in segments)
    return f"{path}?{urlencode(parameters)}" if parameters else path


def below_base_path(routes: Iterable[Route]) -> list[Route]:
    """Return the routes moved below ``server.baseUrlPath``, where Streamlit serves its own routes."""
    base = base_path()
    return [Route(base + route.path, route.endpoint, methods=list(route.methods or ())) for route in routes]


def base_path() -> str:
    """Return ``server.baseUrlPath`` as the beginning of a path, such as "/demo", or "" at the root of a host."""
    path = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""
