"""The server: Streamlit with extra routes and middleware. ``ui/router.py`` is the script that Streamlit runs."""

import streamlit as st
from starlette.middleware import Middleware

from ui.home import map_preview, search_routes
from ui.map import data as map_data
from ui.own_routes import below_base_path
from ui.server import (
    api_mount,
    compression,
    error_handlers,
    file_drop,
    image_routes,
    message_guard,
    metrics_routes,
    origin_guard,
    preload,
    ready_routes,
    script_routes,
    suggest_routes,
    upload_quota,
)
from ui.sharing import card_routes, page_head


def import_pages() -> None:
    """Import what most pages need. The imports take a while, so they run in the background once the server listens."""
    import ui.hit.gallery
    import ui.home.live_results  # noqa: F401


app = st.App(
    "ui/router.py",
    lifespan=preload.lifespan(import_pages),
    routes=[
        api_mount.mounted(),
        *below_base_path(
            [
                image_routes.ROUTE,
                suggest_routes.ROUTE,
                search_routes.ROUTE,
                map_preview.ROUTE,
                card_routes.ROUTE,
                script_routes.ROUTE,
                map_data.ROUTE,
                file_drop.ROUTE,
                metrics_routes.ROUTE,
                ready_routes.ROUTE,
            ]
        ),
    ],
    middleware=[
        Middleware(compression.CompressionMiddleware),
        Middleware(error_handlers.RouteErrorMiddleware),
        Middleware(origin_guard.OriginGuardMiddleware),
        Middleware(message_guard.MessageGuardMiddleware),
        Middleware(upload_quota.UploadQuotaMiddleware),
        Middleware(page_head.PageHeadMiddleware),
    ],
    on_script_error=error_handlers.handle_page_error,
)
