"""Serve scripts that only one page needs. The browser fetches a script when its page is opened, and caches it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from ui.own_routes import route_url

_UI = Path(__file__).parent.parent
_FOLDERS = ("scripts", "vendor")
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def script_url(file: str) -> str:
    """Return the URL of a script, relative to the page.

    The URL changes when any script changes, because the scripts import each other.
    """
    return route_url("code", _version(), *file.split("/"))


@cache
def _scripts() -> dict[str, Path]:
    paths = (path for folder in _FOLDERS for path in sorted((_UI / folder).rglob("*.js")) if "node_modules" not in path.parts)
    return {path.relative_to(_UI).as_posix(): path for path in paths}


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for name, path in _scripts().items():
        digest.update(name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _script(request: Request) -> Response:
    path = _scripts().get(request.path_params["file"])
    if path is None or request.path_params["version"] != _version():
        return PlainTextResponse("There is no such script. Reload the page.", 404)
    return FileResponse(path, media_type="text/javascript", headers=_HEADERS)


ROUTE = Route("/code/{version}/{file:path}", _script)
