"""What runs for every page: it only routes."""

import streamlit as st

from ui import page_layout, tour
from ui.errors import shown
from ui.hit.detail import show_opened
from ui.server import event_log, model_queue, rate_limit

page_layout.begin()
page = st.navigation(
    [
        st.Page("../pages/home.py", title="Home", icon=":material/home:", default=True),
        st.Page("../pages/text_search.py", title="Text search", icon=":material/search:"),
        st.Page("../pages/image_search.py", title="Image search", icon=":material/image_search:"),
        st.Page("../pages/labels.py", title="Labels", icon=":material/sell:"),
        st.Page("../pages/photos.py", title="Your photos", icon=":material/add_photo_alternate:"),
        st.Page("../pages/explorer.py", title="Embedding explorer", icon=":material/scatter_plot:"),
        st.Page("../pages/words.py", title="Words", icon=":material/abc:"),
        st.Page("../pages/results.py", title="Results", icon=":material/bar_chart:"),
    ]
)
tour.begin()
page_layout.sidebar()
tour.banner()
with event_log.page_run(page.url_path), shown("visit"):
    rate_limit.admit()
    page.run()
    show_opened()
model_queue.start()
