"""The server: Streamlit's own with the collections' pictures beside it, and `pages/router.py` as its script."""

import streamlit as st
from starlette.middleware import Middleware

from ui.map import data as mapdata
from ui.server import code, metrics, pictures, suggest, unexpected, uploadbound, warm

app = st.App("pages/router.py", lifespan=warm.lifespan,
             routes=[pictures.ROUTE, suggest.ROUTE, code.ROUTE, mapdata.ROUTE, metrics.ROUTE],
             middleware=[Middleware(unexpected.OnRoute), Middleware(uploadbound.UploadBound)], on_script_error=unexpected.on_page)
