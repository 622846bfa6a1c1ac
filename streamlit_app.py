"""The server: Streamlit's own with the collections' pictures beside it, and `ui/router.py` as its script."""

import streamlit as st
from starlette.middleware import Middleware

from ui.map import data as mapdata
from ui.server import error_handlers, image_routes, metrics_routes, model_queue, script_routes, suggest_routes, upload_quota

app = st.App(
    "ui/router.py",
    lifespan=model_queue.lifespan,
    routes=[image_routes.ROUTE, suggest_routes.ROUTE, script_routes.ROUTE, mapdata.ROUTE, metrics_routes.ROUTE],
    middleware=[Middleware(error_handlers.OnRoute), Middleware(upload_quota.UploadBound)],
    on_script_error=error_handlers.on_page,
)
