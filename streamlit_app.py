"""The entry point: it only routes."""

import streamlit as st

from ui import frame, warm

frame.begin()
page = st.navigation([
    st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
    st.Page("pages/text_search.py", title="Text search", icon=":material/search:"),
    st.Page("pages/image_search.py", title="Image search", icon=":material/image_search:"),
    st.Page("pages/labels.py", title="Labels", icon=":material/sell:"),
    st.Page("pages/explorer.py", title="Embedding explorer", icon=":material/scatter_plot:"),
    st.Page("pages/about.py", title="About the model", icon=":material/info:"),
])
frame.sidebar()
page.run()
warm.start()
