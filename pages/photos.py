"""Your pictures: upload pictures, search them, and see them in albums, for as long as the session lasts."""

import streamlit as st

from devise_core.engine import Engine
from devise_core.serving import event_log
from devise_core.serving.open_engines import base_engine
from ui import page_layout, url_state
from ui.assistance import announced
from ui.blocked_words import NOT_SEARCHED, refuse_blocked, words_of
from ui.callbacks import uninterrupted
from ui.errors import show_errors
from ui.hit.gallery import gallery
from ui.picture import uploads
from ui.picture.albums import Overview, find, show_albums, show_duplicates
from ui.picture.custom_names import name_with_own_words
from ui.picture.dropzone import dropzone
from ui.query.first_matches import first_matches
from ui.query.reading import say_unmodelled, show_reading
from ui.searchbox import example_pills, search_box
from ui.server.engine_cache import UPLOADS_ENGINE
from ui.session_query import read_query
from ui.text import plain

COUNT = 12
MEAN_HELP = "How typical a picture is of all your pictures. 1 is most typical."
LINKS = (
    ("explorer.py", "See them on a map of similar pictures", "scatter_plot"),
    ("image_search.py", "Search them with a picture", "image_search"),
    ("labels.py", "Get labels for a picture", "sell"),
)


def show_pictures(engine: Engine) -> None:
    """Show the search box, the results, and what the app found in the pictures."""
    count = len(engine.collection)
    with st.container(horizontal=True, vertical_alignment="center", key="photos_ready"):
        with announced("count", width="content"):
            st.header(f"{count} picture{'s' * (count > 1)}", anchor=False)
        with st.popover("Delete all", icon=":material/delete:", type="tertiary"):
            st.write("Delete all pictures from this page? The files on your device stay.")
            st.button("Delete", on_click=uninterrupted(uploads.delete_all), key="photos_delete", type="primary")
    search_box("photos", "Search your pictures", choose=False, labels=False)
    overview = find(engine)
    example_pills("photos", overview.words)
    if text := url_state.read_text(url_state.QUERY):
        show_results(engine, text)
    else:
        show_all(engine, overview)
    with st.container(horizontal=True, key="photos_links"):
        for file, label, icon in LINKS:
            st.page_link(f"../pages/{file}", label=label, icon=f":material/{icon}:")


def show_results(engine: Engine, text: str) -> None:
    """Show the results of a search and nothing else, because other pictures below the query would look like results."""
    with show_errors("q"), event_log.timed_search(text) as facts:
        query = read_query(engine, text)
        refuse_blocked(engine, words_of(query), NOT_SEARCHED, sex_and_age=False)
        show_reading(query.reading, "q")
        say_unmodelled(query)
        facts["terms"], facts["hits"] = len(query.reading.terms), first_matches(engine, query, "photos-results", COUNT)
    st.caption("Clear the search box to see your albums and all pictures again.")


def show_all(engine: Engine, overview: Overview) -> None:
    """Show four tabs: the albums, near-duplicates, the pictures sorted by a visitor's words, and all pictures."""
    albums, duplicates, words, everything = st.tabs(
        ["Albums", f"Near-duplicates ({len(overview.duplicates)})", "Your words", "All pictures"]
    )
    with albums:
        show_albums(engine, overview)
    with duplicates:
        show_duplicates(engine, overview)
    with words:
        name_with_own_words(engine)
    with everything:
        gallery(engine, engine.typical_first(range(len(engine.collection))), "photos", help_text=MEAN_HELP, plain=True)


page_layout.header(
    "Your pictures",
    "Upload some pictures and search them by meaning. Only you can see them. They are deleted when you close or reload the page.",
)
with show_errors():
    state, collection = uploads.upload_state(), uploads.uploaded_collection()
    ready = base_engine().encoder.ready
    dropzone("photos_zone", state.last_batch, uploads.room(), ready, uploads.limits(), uploads.add_batch, compact=bool(collection))
    if state.full:
        st.warning(plain(state.full), icon=":material/inventory_2:")
    if state.repeated:
        st.caption(f"{state.repeated} picture{'s' * (state.repeated > 1)} had already been uploaded.")
    if state.skipped:
        with (
            announced("skipped"),
            st.expander(f"{len(state.skipped) + state.more_skipped} could not be read", icon=":material/broken_image:"),
        ):
            st.markdown("\n".join(f"- {plain(line)}" for line in state.skipped))
            if state.more_skipped:
                st.caption(f"{state.more_skipped} more not listed.")
    if state.notes:
        with st.expander(f"{len(state.notes)} damaged, but readable", icon=":material/healing:"):
            st.markdown("\n".join(f"- {plain(line)}" for line in state.notes))
    if collection is None:
        st.info("There are no pictures here yet. Upload a handful to try this page.", icon=":material/photo_library:")
    else:
        show_pictures(st.session_state[UPLOADS_ENGINE])
    st.caption(
        f"At most {uploads.limits().collection_images} pictures. Your browser shrinks large pictures before it sends them, but "
        "not those in a zip file. The name of a folder becomes a label of the pictures in it."
    )
