"""The collections' pictures as files of the server: a browser fetches each once and keeps it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:  # the server imports this as it starts, and is to listen before NumPy is there
    from devise_core.engine import Engine

_A_YEAR = 31_536_000
_HEADERS = {"Cache-Control": f"public, max-age={_A_YEAR}, immutable", "X-Content-Type-Options": "nosniff"}


def address(engine: Engine, row: int) -> str:
    """Where a browser gets the picture at ``row``, relative to the page; another once the collection was made again.

    A picture that is in no file is this visitor's own: it goes with the page, and no address leads to it.
    """
    collection = engine.collection
    picture = collection.picture(row)
    if isinstance(picture, bytes):
        return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"
    query = urlencode({"v": collection.version})
    return f"pictures/{quote(collection.name, safe='')}/{quote(collection.items[row].file)}?{query}"


def _picture(request: Request) -> Response:
    from devise_core.errors import DeviseError
    from ui.server.engine_cache import model

    try:
        folder = model().collections()[request.path_params["collection"]]
    except (DeviseError, KeyError):
        return PlainTextResponse("There is no such collection.", 404)
    images, file = (folder / "images").resolve(), (folder / request.path_params["file"]).resolve()
    try:
        found = file.is_relative_to(images) and file.is_file()
    except OSError:  # a name longer than any file's
        found = False
    if not found:
        return PlainTextResponse("There is no such picture.", 404)
    return FileResponse(file, headers=_HEADERS)


ROUTE = Route("/pictures/{collection}/{file:path}", _picture)
