"""Your pictures: upload pictures and search them like a collection, for as long as the session lasts."""

import streamlit as st

from ui import page_layout
from ui.errors import show_errors
from ui.hit.gallery import gallery
from ui.picture import uploads
from ui.picture.dropzone import dropzone
from ui.server.engine_cache import UPLOADS_ENGINE, UPLOADS_TITLE, base_engine
from ui.text import plain, similarity_help

MAX_SHOWN = 24
MEAN_HELP = similarity_help("a picture is to the average of all your pictures")
LINKS = (
    ("text_search.py", "Search them with words", "search"),
    ("image_search.py", "Search them with a picture", "image_search"),
    ("explorer.py", "See them on the map", "scatter_plot"),
    ("labels.py", "Name one of them", "sell"),
)

page_layout.header(
    "Your pictures",
    "Upload some pictures and search them by meaning. Only you can see them. They are kept in memory and deleted when your "
    "session ends, which also happens when you reload the page.",
)
with show_errors():
    state = uploads.upload_state()
    ready = base_engine().encoder.ready
    dropzone("photos_zone", state.batches, uploads.room(), ready, uploads.limits(), uploads.add_batch)
    st.caption(
        f"At most {uploads.limits().collection_images} pictures. Your browser shrinks them before it sends them. The names of "
        "folders become labels."
    )
    if state.full:
        st.warning(plain(state.full), icon=":material/inventory_2:")
    if state.repeated:
        st.caption(f"{state.repeated} had already been uploaded.")
    if state.skipped:
        with st.expander(f"{len(state.skipped)} could not be read", icon=":material/broken_image:"):
            st.markdown("\n".join(f"- {plain(line)}" for line in state.skipped[:200]))
    collection = uploads.uploaded_collection()
    if collection is None:
        st.info("You have not uploaded any pictures yet. A handful is enough to try it.", icon=":material/photo_library:")
    else:
        engine = st.session_state[UPLOADS_ENGINE]
        title, button = st.columns([4, 1.2], vertical_alignment="bottom")
        title.header(f"{len(collection)} picture{'s' * (len(collection) > 1)}")
        button.button("Delete all", icon=":material/delete:", on_click=uploads.delete_all, width="stretch", key="photos_delete")
        with st.container(horizontal=True, key="photos_links"):
            for file, label, icon in LINKS:
                st.page_link(f"../pages/{file}", label=label, icon=f":material/{icon}:")
        typical = engine.rank(range(len(collection)), collection.embeddings.mean(axis=0))[:MAX_SHOWN]
        gallery(engine, typical, "photos", help_text=MEAN_HELP)
        size = sum(image.nbytes for image in collection.images) / 1e3
        st.caption(
            f"The most typical pictures come first. They are the collection “{UPLOADS_TITLE}” on the other pages and take "
            f"{size:,.0f} kB of memory.",
            help=MEAN_HELP,
        )
