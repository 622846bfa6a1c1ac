"""What runs for every page: it only routes."""

import streamlit as st

from ui import frame, tour
from ui.errors import shown
from ui.hit.detail import show_opened
from ui.server import fairuse, keeper, warm

frame.begin()
page = st.navigation([
    st.Page("home.py", title="Home", icon=":material/home:", default=True),
    st.Page("text_search.py", title="Text search", icon=":material/search:"),
    st.Page("image_search.py", title="Image search", icon=":material/image_search:"),
    st.Page("labels.py", title="Labels", icon=":material/sell:"),
    st.Page("photos.py", title="Your photos", icon=":material/add_photo_alternate:"),
    st.Page("explorer.py", title="Embedding explorer", icon=":material/scatter_plot:"),
    st.Page("words.py", title="Words", icon=":material/abc:"),
    st.Page("results.py", title="Results", icon=":material/bar_chart:"),
])
tour.begin()
frame.sidebar()
tour.banner()
with keeper.page_run(page.url_path), shown("visit"):
    fairuse.admit()
    page.run()
    show_opened()
warm.start()
