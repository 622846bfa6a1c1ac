"""The script that Streamlit runs for every page. It sets up the page and then runs the script of the page."""

import streamlit as st

from devise_core.serving import event_log
from ui import page_layout, tour, url_state
from ui.errors import show_errors
from ui.hit.detail import show_open_hit
from ui.page_list import PAGES
from ui.server import preload
from ui.server.rate_limit import check_rate_limit, cpu_time_counted

url_state.note_navigation()
page_layout.set_up()
page = st.navigation(
    [
        st.Page(f"../pages/{listed.script}.py", title=listed.name, icon=f":material/{listed.icon}:", default=not path)
        for path, listed in PAGES.items()
    ]
)
url_state.set_page(page.url_path)
page_layout.name_tab(page.url_path)
tour.choose_collection()
page_layout.sidebar()
tour.banner()
with url_state.page_run(), cpu_time_counted(), event_log.page_run(page.url_path), show_errors("session"):
    check_rate_limit()
    page.run()
    show_open_hit()
preload.start_model_loading()
