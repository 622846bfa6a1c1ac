"""The collections' pictures as files of the server: a browser fetches each once and keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:  # the server imports this as it starts, and is to listen before NumPy is there
    from devise_core.datatypes import Hit
    from devise_core.engine import Engine

_A_YEAR = 31_536_000
_HEADERS = {"Cache-Control": f"public, max-age={_A_YEAR}, immutable", "X-Content-Type-Options": "nosniff"}


def address(engine: Engine, hit: Hit) -> str:
    """Where a browser gets the picture of ``hit``, relative to the page; another once the collection was made again."""
    folder = engine.collection.layout.root
    query = urlencode({"v": int(folder.stat().st_mtime)})
    return f"pictures/{quote(folder.name, safe='')}/{quote(hit.path.relative_to(folder).as_posix())}?{query}"


def _picture(request: Request) -> Response:
    from devise_core.errors import DeviseError
    from ui.engines import model

    try:
        folder = model().collections()[request.path_params["collection"]]
    except (DeviseError, KeyError):
        return PlainTextResponse("There is no such collection.", 404)
    images, file = (folder / "images").resolve(), (folder / request.path_params["file"]).resolve()
    if not file.is_relative_to(images) or not file.is_file():
        return PlainTextResponse("There is no such picture.", 404)
    return FileResponse(file, headers=_HEADERS)


ROUTE = Route("/pictures/{collection}/{file:path}", _picture)
