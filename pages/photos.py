"""Your own photos: searched like a collection, and gone with the visit."""

import streamlit as st

from ui import page_layout
from ui.errors import shown
from ui.hit.gallery import gallery
from ui.picture import session_photos
from ui.picture.dropzone import dropzone
from ui.server.engine_cache import ALBUM, OWN, model
from ui.text import plain

SHOWN = 24

page_layout.header(
    "Your photos",
    "Drop some of your own and search them by what they mean. They stay in the memory of this visit: no "
    "other visitor sees them, nothing is written to disk, and they are gone when you leave or reload the page.",
)
with shown():
    taken = session_photos.taken()
    dropzone(
        "photos_zone", taken.batches, session_photos.room(), model().encoder.ready, session_photos.limits(), session_photos.take
    )
    st.caption(
        f"At most {session_photos.limits().collection_images} pictures. Your browser makes them smaller before it sends them; "
        "folders become labels."
    )
    if taken.full:
        st.warning(plain(taken.full), icon=":material/inventory_2:")
    if taken.again:
        st.caption(f"{taken.again} were here already.")
    if taken.skipped:
        with st.expander(f"{len(taken.skipped)} could not be read", icon=":material/broken_image:"):
            st.markdown("\n".join(f"- {plain(line)}" for line in taken.skipped[:200]))
    album = session_photos.album()
    if album is None:
        st.info("Nothing here yet. A handful is enough to try: a few from a holiday, say.", icon=":material/photo_library:")
    else:
        here = st.session_state[ALBUM]
        count, button = st.columns([4, 1.2], vertical_alignment="bottom")
        size = sum(image.nbytes for image in album.images) / 1e3
        count.header(f"{len(album)} photo{'s' * (len(album) > 1)}")
        button.button("Forget them", icon=":material/delete:", on_click=session_photos.forget, width="stretch", key="photos_forget")
        with st.container(horizontal=True, key="photos_ways"):
            for file, label, icon in (
                ("text_search.py", "Search them by words", "search"),
                ("image_search.py", "By a picture", "image_search"),
                ("explorer.py", "See them on the map", "scatter_plot"),
                ("labels.py", "Name one", "sell"),
            ):
                st.page_link(f"../pages/{file}", label=label, icon=f":material/{icon}:")
        gallery(here, here.rank(range(len(album)), album.embeddings.mean(axis=0))[:SHOWN], "photos")
        st.caption(
            f"The most typical first: by the cosine to their mean. {size:,.0f} kB in memory, under “{OWN}” in the choice of "
            "collections."
        )
