"""Say at ``/ready`` whether the app can search, for monitoring and load balancers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_HEADERS = {"Cache-Control": "no-store"}


def _ready(_: Request) -> Response:
    from devise_core.errors import DeviseError
    from devise_core.serving.open_engines import default_engine
    from ui.error_text import error_message

    try:
        collection = default_engine().collection.name
    except DeviseError as error:
        return PlainTextResponse(f"{error_message(error)}\n", 503, _HEADERS)
    return PlainTextResponse(f"{collection} is open.\n", 200, _HEADERS)


ROUTE = Route("/ready", _ready)
