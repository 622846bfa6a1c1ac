"""Write a title, the tags for the preview of a link, and the style into the head of the HTML page that Streamlit serves.

Programs that make previews do not run scripts, so the tags must be in the HTML itself.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from devise_core.errors import SettingsError
from devise_core.settings import settings
from ui.own_routes import route_url
from ui.page_list import PAGES
from ui.views import CARD, NAME, LinkedView, read_view

CARD_SIZE = (1200, 630)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?", re.IGNORECASE)
_PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_DROPPED = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")


class PageHeadMiddleware:
    """Rewrite the head of each HTML page for the path and the query string of the request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Responses other than the HTML of a page are not changed."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"].rpartition("/")[2] not in PAGES:
            await self._app(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name not in _DROPPED]
        start: Message = {}
        body = bytearray()

        async def rewrite(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                await _send_page(start, bytes(body), scope, send)

        await self._app({**scope, "headers": headers}, receive, rewrite)


async def _send_page(start: Message, body: bytes, scope: Scope, send: Send) -> None:
    headers = MutableHeaders(raw=list(start["headers"]))
    if start["status"] == 200 and headers.get("content-type", "").startswith("text/html"):
        for name in ("etag", "last-modified", "accept-ranges"):
            del headers[name]
        headers["cache-control"], headers["vary"] = "no-cache", "Host, X-Forwarded-Proto, X-Forwarded-Prefix"
        if scope["method"] == "GET":
            body = with_head(body.decode("utf-8"), scope).encode("utf-8")
            headers["content-length"] = str(len(body))
        else:
            del headers["content-length"]
    await send({**start, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})


def with_head(html: str, scope: Scope) -> str:
    """Return ``html`` with the title, the tags for a preview and the style of all pages in its head."""
    folder, _, page = scope["path"].rpartition("/")
    parameters = dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=100, errors="replace"))
    try:
        view, allowed = read_view(page, parameters), settings().link_previews
    except (SettingsError, ValueError):  # the page says what is wrong with the settings
        view, allowed = LinkedView("", "", {}), False
    origin = _origin(scope) if allowed else ""
    tags = "".join(_tags(view, f"{origin}{_prefix(scope)}{folder}/" if origin else ""))
    html = _TITLE.sub(lambda _: f"<title>{escape(view.title)}</title>", html, count=1)
    return html.replace("</head>", f"{tags}<style>{_style()}</style></head>", 1)


def _tags(view: LinkedView, folder: str) -> list[str]:
    """Return the tags of a preview. ``folder`` is the absolute URL of the pages, or "" for tags without a URL and a picture."""
    query = urlencode(view.parameters)
    properties = {"og:type": "website", "og:site_name": NAME, "og:title": view.title, "og:description": view.description}
    names = {"description": view.description, "twitter:title": view.title, "twitter:description": view.description}
    names["twitter:card"] = "summary_large_image" if folder else "summary"
    if folder:
        card = folder + route_url(CARD, page=view.page, **view.parameters)
        properties |= {
            "og:url": f"{folder}{view.page}{'?' if query else ''}{query}",
            "og:image": card,
            "og:image:type": "image/png",
        }
        properties |= {"og:image:width": str(CARD_SIZE[0]), "og:image:height": str(CARD_SIZE[1]), "og:image:alt": view.description}
        names["twitter:image"] = card
    return [
        f'<meta {kind}="{name}" content="{escape(value)}">'
        for kind, values in (("property", properties), ("name", names))
        for name, value in values.items()
    ]


def _origin(scope: Scope) -> str:
    """Return the scheme and the host that the browser used, or "" if one of them is invalid."""
    headers = Headers(scope=scope)
    host, scheme = headers.get("host", ""), headers.get("x-forwarded-proto", scope.get("scheme", "http"))
    return f"{scheme}://{host}" if _HOST.fullmatch(host) and len(host) < 260 and scheme in ("http", "https") else ""


def _prefix(scope: Scope) -> str:
    """Return the prefix that a proxy has removed from the path of the URL, or "" if no valid prefix is in the headers."""
    prefix = Headers(scope=scope).get("x-forwarded-prefix", "").rstrip("/")
    return prefix if _PREFIX.fullmatch(prefix) and len(prefix) < 260 else ""


@cache
def _style() -> str:
    return Path(__file__).parent.parent.joinpath("style.css").read_text("utf-8")
