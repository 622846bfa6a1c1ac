"""Serve the pictures of the collections as files. A browser fetches each picture once and caches it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from ui.own_routes import route_url

if TYPE_CHECKING:  # the server imports this module as it starts, and must listen before NumPy is imported
    from devise_core.engine import Engine

_A_YEAR = 31_536_000
_HEADERS = {"Cache-Control": f"public, max-age={_A_YEAR}, immutable", "X-Content-Type-Options": "nosniff"}


def picture_url(engine: Engine, row: int) -> str:
    """Return the URL of the picture at ``row``, relative to the page. The URL changes when the collection is built again.

    An uploaded picture is not in a file. Its URL is a ``data:`` URL with its content, so nobody else can fetch the picture.
    """
    collection = engine.collection
    picture = collection.picture(row)
    if isinstance(picture, bytes):
        return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"
    return file_url(collection.name, collection.items[row].file, collection.version)


def file_url(collection: str, file: str, version: str) -> str:
    """Return the URL of a picture in a folder, relative to the page.

    Args:
        collection: The name of the collection.
        file: The path of the picture in the folder of the collection.
        version: The version of the collection, which changes when the collection is built again.
    """
    return route_url("pictures", collection, *file.split("/"), v=version)


def _picture(request: Request) -> Response:
    from devise_core.errors import DeviseError
    from devise_core.serving.open_engines import pictures_folder

    try:
        folder = pictures_folder(request.path_params["collection"])
    except DeviseError:
        return PlainTextResponse("There is no such collection.", 404)
    # Only the folder itself may be a link. A link below it could lead to any file of the server.
    images, file = folder.resolve() / "images", (folder / request.path_params["file"]).resolve()
    try:
        exists = file.is_relative_to(images) and file.is_file()
    except OSError:  # the name is longer than any file's
        exists = False
    if not exists:
        return PlainTextResponse("There is no such picture.", 404)
    return FileResponse(file, headers=_HEADERS)


ROUTE = Route("/pictures/{collection}/{file:path}", _picture)
