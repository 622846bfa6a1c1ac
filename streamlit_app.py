"""The server: Streamlit's own with the collections' pictures beside it, and `pages/router.py` as its script."""

import streamlit as st

from ui import code, mapdata, pictures, suggest, warm

app = st.App("pages/router.py", routes=[pictures.ROUTE, suggest.ROUTE, code.ROUTE, mapdata.ROUTE], lifespan=warm.lifespan)
